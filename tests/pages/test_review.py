"""Pages around a handed-in entry: the review, the moves, the slate, the papers, the find box."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document
from pypdf import PdfReader

from portal.core.models import Record
from portal.kit import pdf
from programs.actions.drafts import save_draft
from programs.actions.entries import attach
from programs.actions.moves import make_move
from programs.models import Entry, Look
from programs.queries.entries import check_digits, content_digest
from programs.spec import State
from tests import factories
from tests.factories.files import pdf_upload

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


# ── the review ──
def test_return_flags_what_to_mend_and_the_unit_sees_it_first(world, call, sign_in):
    entry = factories.submitted(world["u.chair"], call)
    client = sign_in(world["officer"])
    page = text(client.get(url("entry_move", entry.pk, "return"), HTTP_HX_REQUEST="true", HTTP_HX_TARGET="dlg"))
    assert "flag-votes_for" in page
    asked = {
        "version": entry.version, "flag-votes_for": "on", "say-votes_for": "和纪要对一下", "flag-file-form": "on",
        "say-file-form": "缺骑缝章", "note": "两处改好就行",
    }  # fmt: skip
    client.post(url("entry_move", entry.pk, "return"), asked)
    entry.refresh_from_db()
    assert entry.state == State.RETURNED
    assert entry.flags["fields"] == {"votes_for": "和纪要对一下", "file-form": "缺骑缝章"}
    unit = sign_in(world["u.chair"])
    page = text(unit.get(url("entry_edit", entry.pk)))
    assert page.index("和纪要对一下") < page.index('id="s1"')
    assert page.count('name="votes_for"') == 1
    assert "缺骑缝章" in page


def test_after_mending_the_reviewer_sees_what_changed_first(world, call, sign_in):
    entry = factories.submitted(world["u.chair"], call)
    client = sign_in(world["officer"])
    client.post(
        url("entry_move", entry.pk, "return"), {"version": entry.version, "flag-votes_for": "on", "note": "票数"}
    )
    unit = sign_in(world["u.chair"])
    entry.refresh_from_db()
    changed = {"version": entry.version, "votes_for": "118", "votes_against": "5", "phone": "021-55550199"}
    unit.post(url("entry_edit", entry.pk), changed, HTTP_X_AUTOSAVE="1")
    unit.post(url("entry_files", entry.pk) + "?item=form", {"file": pdf_upload("盖章.pdf")})
    entry.refresh_from_db()
    assert entry.attachments.filter(item="form").count() == 1, "a print of the old content is replaced"
    answer = unit.post(url("entry_edit", entry.pk), {"version": entry.version})
    assert answer.status_code == 302, text(answer)
    page = text(sign_in(world["officer"]).get(url("entry", entry.pk)))
    assert "上次退回要改 1 处，改了 1 处" in page
    assert "没叫改、但改了" in page
    assert "<del>" in page


def test_main_move_goes_on_to_the_next_one(world, call, sign_in):
    first = factories.submitted(world["a1.chair"], call)
    second = factories.submitted(world["a2.chair"], call)
    client = sign_in(world["a.officer"])
    page = text(client.get(url("entry", first.pk)))
    assert "第 1 件，共 2 件" in page
    answer = client.post(url("entry_move", first.pk, "forward"), {"version": first.version})
    assert answer.headers["Location"] == url("entry", second.pk)
    first.refresh_from_db()
    assert first.desk == world["city"]


def test_a_stale_review_moves_nothing(world, call, sign_in):
    entry = factories.submitted(world["u.chair"], call)
    client = sign_in(world["officer"])
    client.post(url("entry_move", entry.pk, "propose"), {"version": entry.version - 1})
    entry.refresh_from_db()
    assert entry.state == State.REVIEW
    answer = client.post(url("entry_move", entry.pk, "refuse"), {"version": entry.version, "note": ""})
    assert answer.status_code == 422
    entry.refresh_from_db()
    assert entry.state == State.REVIEW


def test_moves_made_elsewhere_have_no_address(world, call, sign_in):
    entry = factories.submitted(world["u.chair"], call)
    client = sign_in(world["officer"])
    for name in ("publish", "approve", "revoke", "lapse", "nonsense"):
        assert client.get(url("entry_move", entry.pk, name)).status_code == 404


def test_a_move_that_is_stopped_stays_visible_with_its_reason(world, sign_in):
    call = factories.call(world["officer"], places=1)
    for chair in ("a1.chair", "a2.chair"):
        entry = factories.submitted(world[chair], call)
        last = entry
    client = sign_in(world["a.officer"])
    first = Entry.objects.exclude(pk=last.pk).get()
    client.post(url("entry_move", first.pk, "forward"), {"version": first.version})
    page = text(client.get(url("entry", last.pk)))
    assert 'aria-disabled="true"' in page
    assert "多 1 个" in page


def test_id_numbers_are_masked_and_the_revision_can_be_read(world, call, sign_in):
    entry = factories.submitted(world["u.chair"], call)
    client = sign_in(world["officer"])
    page = text(client.get(url("entry", entry.pk)))
    number = entry.member.document_number
    assert number not in page
    assert number[:4] + "*" * 10 + number[-4:] in page
    assert entry.subject in text(client.get(url("entry_revision", entry.pk, 1)))


# ── slate ──
def test_the_slate_lists_by_prize_and_counts(world, call, sign_in):
    one = factories.submitted(world["u.chair"], call)
    two = factories.submitted(world["v.chair"], call)
    client = sign_in(world["officer"])
    back = url("slate", call.pk)
    client.post(url("entry_move", one.pk, "propose"), {"version": one.version, "next": back})
    answer = client.post(url("entry_move", two.pk, "reserve"), {"version": two.version, "next": back})
    assert answer.headers["Location"] == back
    page = text(client.get(back))
    assert "拟定名单：1 件，候补 1 件" in page
    assert "公示这 1 件" in page
    assert sign_in(world["a.officer"]).get(back).status_code == 404


def test_the_slate_costs_the_same_for_more_rows(world, call, sign_in):

    client = sign_in(world["officer"])
    factories.submitted(world["u.chair"], call)
    client.get(url("slate", call.pk))
    with CaptureQueriesContext(connection) as one:
        client.get(url("slate", call.pk))
    factories.submitted(world["v.chair"], call)
    factories.submitted(world["u.chair"], call)
    with CaptureQueriesContext(connection) as three:
        client.get(url("slate", call.pk))
    assert len(three) == len(one)


# ── papers ──
def test_the_form_as_docx_and_pdf_carries_version_and_check_digits(world, call, sign_in):

    entry = factories.draft(world["u.chair"], call, story="两年来<带领>教研组。\n第二段 & 数字。")
    client = sign_in(world["u.chair"])
    code = check_digits(content_digest(entry))
    made = Document(io.BytesIO(client.get(url("entry_docx", entry.pk)).content))
    words = "\n".join(cell.text for table in made.tables for row in table.rows for cell in row.cells)
    assert "两年来<带领>教研组。" in words
    assert entry.subject in words
    assert code in made.sections[0].footer.paragraphs[0].text
    assert entry.member.document_number not in words
    answer = client.get(url("entry_pdf", entry.pk))
    assert answer["Content-Type"] == "application/pdf"
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages]
    assert all(code in page for page in pages)
    assert f"第 {entry.version} 版数据" in pages[0]
    assert "第 2 页" in pages[1]


def test_without_the_libraries_the_page_says_what_to_install_and_docx_works(world, call, sign_in, monkeypatch):
    entry = factories.draft(world["u.chair"], call)
    monkeypatch.setattr(pdf, "weasyprint", None)
    client = sign_in(world["u.chair"])
    answer = client.get(url("entry_pdf", entry.pk))
    assert answer.status_code == 503
    assert url("entry_docx", entry.pk) in text(answer)
    assert client.get(url("entry_docx", entry.pk)).status_code == 200


def test_a_collective_is_named_and_its_form_drawn_from_its_own_fields(world, sign_in):
    call = factories.call(world["officer"], key="women-flag-collective")
    client = sign_in(world["u.chair"])
    head = factories.member(world["u"], "蒋思源")
    posted = {"category": call.categories.first().pk, "member": head.pk, "subject": "语文教研组"}
    client.post(url("entry_new", call.pk), posted)
    entry = Entry.objects.get(subject="语文教研组")
    typed = {"version": entry.version, "subject": "语文组", "staff": "23", "women": "11"}
    client.post(url("entry_edit", entry.pk), typed, HTTP_X_AUTOSAVE="1")
    entry.refresh_from_db()
    assert entry.subject == "语文组"
    page = text(client.get(url("entry_edit", entry.pk)))
    assert "少 1 人" in page
    assert client.get(url("entry_docx", entry.pk)).status_code == 200


def test_find_shows_only_what_one_may_see(world, call, sign_in):
    factories.submitted(world["u.chair"], call, person=factories.member(world["u"], "周敏芳"))
    assert "周敏芳" in text(sign_in(world["officer"]).get(url("find") + "?q=zmf"))
    page = text(sign_in(world["v.chair"]).get(url("find") + "?q=周敏芳"))
    assert "没有查到" in page
    assert Record.objects.exists()


def test_a_reader_sees_what_changed_since_they_last_looked(world, call, sign_in):
    """Somebody who did not look at the second version is shown both changes in the third."""
    entry = factories.submitted(world["a1.chair"], call)
    reader = sign_in(world["a.officer"])
    address = url("entry", entry.pk)
    reader.get(address)
    for n, words in enumerate(("校工会主席", "教研组组长"), start=2):
        make_move(entry.pk, "return", by=world["a.officer"], note="请改", flags={"position": "写现任职务"})
        entry.refresh_from_db()
        answer = {"position": words} if n == 2 else {"title": words}
        save_draft(world["a1.chair"], entry.pk, answer, entry.version)
        attach(world["a1.chair"], entry.pk, "form", pdf_upload("form.pdf"))
        make_move(entry.pk, "submit", by=world["a1.chair"])
    page = text(reader.get(address))
    assert "第 <a" in page and f'href="/entries/{entry.pk}/revisions/1/"' in page
    assert Look.objects.get(entry=entry).before == 1
    assert "校工会主席" in page and "教研组组长" in page
    again = text(reader.get(address))
    assert 'revisions/1/"' in again, "looking twice is not looking at something new"
