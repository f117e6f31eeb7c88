"""通报: who has not reported, frozen; the page, the PDF, the Word paper and the sheet say the same."""

import io

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document
from openpyxl import load_workbook
from pypdf import PdfReader

from portal.kit.refusal import Refused
from programs.actions.bulletins import freeze_bulletin
from programs.actions.moves import make_move
from programs.actions.reminders import remind
from programs.models import Bulletin
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = "optional"


@pytest.fixture
def call(world):
    return factories.call(world["officer"])


def url(name: str, *args) -> str:
    return reverse(f"programs:{name}", args=args)


def text(response) -> str:
    return response.content.decode()


def test_it_is_frozen_and_says_the_same_in_all_four(world, call, sign_in):
    factories.submitted(world["v.chair"], call)
    factories.draft(world["u.chair"], call)
    remind(world["officer"], call.pk, [world["u"].pk])
    client = sign_in(world["officer"])
    assert "通报还没报的 3 家" in text(client.get(url("bulletin_new", call.pk)))
    answer = client.post(url("bulletin_new", call.pk))
    one = Bulletin.objects.get()
    assert answer.url == one.get_absolute_url()
    factories.submitted(world["u.chair"], call)
    page = text(client.get(answer.url))
    assert "3 家没报" in page and "应报 4 家，报了 1 家" in page
    assert "测试大学工会" in page and "草稿 1 件" in page, "what was so then stays so"
    assert "另一大学" not in page
    pdf = client.get(url("bulletin_pdf", one.pk))
    said = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.content)).pages)
    word = Document(io.BytesIO(client.get(url("bulletin_docx", one.pk)).content))
    written = "\n".join(
        [p.text for p in word.paragraphs] + [c.text for t in word.tables for r in t.rows for c in r.cells]
    )
    sheet = b"".join(client.get(url("bulletin_xlsx", one.pk)).streaming_content)
    cells = [str(cell.value) for row in load_workbook(io.BytesIO(sheet)).worksheets[0].iter_rows() for cell in row]
    for name in ("测试大学工会", "甲区教育工会", "乙区教育工会"):
        assert name in said.replace("\n", "")
        assert name in written
        assert name in cells
    assert "{{" not in written and "{%" not in written


def test_each_is_numbered_and_none_is_changed(world, call):
    first, second = (freeze_bulletin(world["officer"], call.pk) for _n in range(2))
    assert (first.number, second.number) == (1, 2)
    for change in ({"lines": []}, {"units": 0}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Bulletin.objects.filter(pk=first.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Bulletin.objects.filter(pk=first.pk).delete()


def test_nobody_else_makes_one_and_none_is_made_of_nobody(world, call, sign_in):
    with pytest.raises(Refused, match="不归你们"):
        freeze_bulletin(world["a.officer"], call.pk)
    one = freeze_bulletin(world["officer"], call.pk)
    assert sign_in(world["a.officer"]).get(one.get_absolute_url()).status_code == 404
    assert sign_in(world["u.chair"]).get(one.get_absolute_url()).status_code == 404
    for key in ("u", "v"):
        factories.submitted(world[f"{key}.chair"], call)
    for key, by in (("a1", "a"), ("b1", "b")):
        entry = factories.submitted(world[f"{key}.chair"], call)
        make_move(entry.pk, "forward", by=world[f"{by}.officer"])
    with pytest.raises(Refused, match="都报了"):
        freeze_bulletin(world["officer"], call.pk)


def test_freezing_costs_the_same_for_few_units_and_many(world, call):
    with CaptureQueriesContext(connection) as four:
        freeze_bulletin(world["officer"], call.pk)
    factories.submitted(world["u.chair"], call)
    with CaptureQueriesContext(connection) as three:
        freeze_bulletin(world["officer"], call.pk)
    assert len(four) == len(three)
