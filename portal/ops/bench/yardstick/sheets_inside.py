"""A roster and a long list inside the portal, each job in a process of its own, as a worker does it.

`python sheets_inside.py POSTMASTER roster COUNT FILE | check FILE | commit BATCH | export FILE`; prints JSON.
"""

import json
import os
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from roster import people, write  # noqa: E402

from portal.accounts.models import Post  # noqa: E402
from portal.core import files, jobs  # noqa: E402
from portal.core.actor import Actor  # noqa: E402
from portal.core.models import Job  # noqa: E402
from portal.kit import crypto, days  # noqa: E402
from portal.kit.gather import gather  # noqa: E402
from portal.kit.table_export import find_listing  # noqa: E402
from portal.ops.bench.usage import Spending  # noqa: E402
from portal.registry.imports import batches  # noqa: E402
from portal.registry.imports.spec import importer  # noqa: E402
from portal.registry.models import ImportBatch, Organization  # noqa: E402

COLUMNS = 20


def officer() -> Actor:
    """Who may do it all: an officer of the city."""
    post = Post.objects.select_related("user", "organization").filter(user__username="shenyi", role="officer")[0]
    return Actor(post.user, post)


def done(spending: Spending, job: Job) -> dict:
    """Do the job as a worker does; what it took. A job that fails ends the script with its words."""
    list(gather("tasks", "HANDLERS"))  # a worker has read them long before
    with spending:
        jobs.run(job.pk)
    job.refresh_from_db()
    if job.state != Job.State.DONE:
        raise SystemExit(f"{job.title}: {job.state} {job.error}")
    return spending.figures()


def roster(spending: Spending, count: str, path: str) -> dict:
    """A roster over all unions that have people, by their code: names are not unique in a city."""
    kinds = ("grassroots", "university", "affiliated", "department")
    units = list(Organization.objects.filter(active=True, kind__in=kinds).order_by("pk").values_list("code", flat=True))
    write(Path(path), people(int(count), units))
    return {"bytes": Path(path).stat().st_size}


def check(spending: Spending, path: str) -> dict:
    by, file = officer(), Path(path)
    batch = batches.upload(by, importer("members"), SimpleUploadedFile(file.name, file.read_bytes()), days.today())
    told = done(spending, batch.job)
    batch.refresh_from_db()
    return {**told, "batch": batch.pk, "summary": batch.summary, "reason": batch.reason}


def commit(spending: Spending, number: str) -> dict:
    batch = ImportBatch.objects.get(pk=int(number))
    told = done(spending, batches.start_commit(officer(), batch.pk, batch.version, skip_wrong=False).job)
    batch.refresh_from_db()
    return {**told, "written": batch.summary["written"]}


def export(spending: Spending, path: str) -> dict:
    """The list of all entries with as many columns as it has, kept as a file at ``path``."""
    by, listing = officer(), find_listing("entries")
    columns = [one.name for one in listing.columns][:COLUMNS]
    query = crypto.seal("?view=all", "export")
    params = {"listing": "entries", "resource": "entry", "columns": columns, "count": 1, "query": query}
    job = jobs.start("core.export", by, "bench", params, queue="documents")
    told = done(spending, job)
    shutil.copyfile(files.path_of(job.file), path)
    return {**told, "columns": len(columns)}


if __name__ == "__main__":
    what = {"roster": roster, "check": check, "commit": commit, "export": export}[sys.argv[2]]
    sys.stdout.write(json.dumps(what(Spending(int(sys.argv[1])), *sys.argv[3:]), ensure_ascii=False) + "\n")
