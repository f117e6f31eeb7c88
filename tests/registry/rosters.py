"""Workbooks and the way through the import, for its tests: upload over HTTP, the job as the worker runs it."""

import csv
import datetime
import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from portal.core import jobs
from portal.core.actor import Actor
from portal.core.models import Job
from portal.kit import days
from portal.kit.sheets_write import write_table
from portal.registry.imports import batches
from portal.registry.imports.spec import importer
from portal.registry.models import ImportBatch, Organization
from tests import factories


def work() -> list[Job]:
    """Do every queued job, as the worker does."""
    done = []
    for job in jobs.due():
        jobs.run(job.pk)
        job.refresh_from_db()
        done.append(job)
    return done


def person(n: int, unit: Organization | str, **values: str) -> dict[str, str]:
    """A row of a roster; ``n`` below 250 gives another document each."""
    name = unit if isinstance(unit, str) else unit.name
    document = factories.resident_id(n, "f", "19790203")
    row = {
        "name": f"王{'一二三四五六七八九十'[n % 10]}{'甲乙丙丁戊'[n // 10 % 5]}",
        "unit": name,
        "document_number": document,
    }
    return {**row, "title": "一级教师", "phone": f"1370000{n:04d}", **values}


def workbook(rows: list[dict[str, str]], what: str = "members", sheet: str = "教师") -> bytes:
    """As Excel would save it: text in every cell."""
    target = io.BytesIO()
    write_table(target, [one.col for one in importer(what).fields], rows, sheet=sheet)
    return target.getvalue()


def csv_file(rows: list[dict[str, str]], encoding: str, what: str = "members") -> bytes:
    fields = importer(what).fields
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow([one.title for one in fields])
    writer.writerows([row.get(one.key, "") for one in fields] for row in rows)
    return target.getvalue().encode(encoding)


def send(by: Actor, content: bytes, name: str = "名册.xlsx", what: str = "members", as_of: Any = None) -> ImportBatch:
    """Upload and check."""
    as_of = as_of or days.today()
    batch = batches.upload(by, importer(what), SimpleUploadedFile(name, content), as_of)
    work()
    batch.refresh_from_db()
    return batch


def commit(by: Actor, batch: ImportBatch) -> ImportBatch:
    batches.start_commit(by, batch.pk, batch.version, skip_wrong=True)
    work()
    batch.refresh_from_db()
    return batch


def undo(by: Actor, batch: ImportBatch) -> tuple[ImportBatch, str]:
    """The batch afterwards, and what the job refused with."""
    batches.start_undo(by, batch.pk)
    job = work()[-1]
    batch.refresh_from_db()
    return batch, job.error


def post_file(client: Client, content: bytes, name: str, what: str = "members") -> Any:
    """The upload form as a browser sends it."""
    data = {"file": SimpleUploadedFile(name, content), "as_of": days.today().isoformat()}
    return client.post(reverse("registry:import_new") + f"?what={what}", data)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)
