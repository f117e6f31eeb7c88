"""Pages of entries: lists, the form, the review, the moves, the slate, the papers."""

import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document
from pypdf import PdfReader

from portal.core.models import Record
from portal.kit import pdf
from programs.models import Entry
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


# ── lists ──
def test_the_list_shows_what_one_may_see_and_nothing_else(world, call, sign_in):
    ours = factories.submitted(world["a1.chair"], call, person=factories.member(world["a1"], "周敏芳"))
    factories.submitted(world["u.chair"], call, person=factories.member(world["u"], "钱秋萍"))
    page = text(sign_in(world["a.officer"]).get(url("entries")))
    assert ours.subject in page
    assert "钱秋萍" not in page
    page = text(sign_in(world["officer"]).get(url("entries")))
    assert "钱秋萍" in page
    assert "周敏芳" in page


@pytest.mark.parametrize("name", ["entries", "inbox"])
def test_three_rows_cost_what_one_costs(world, call, sign_in, name):

    client = sign_in(world["officer"])
    factories.submitted(world["u.chair"], call)
    client.get(url(name))
    with CaptureQueriesContext(connection) as one:
        client.get(url(name))
    factories.submitted(world["v.chair"], call)
    factories.submitted(world["u.chair"], call)
    with CaptureQueriesContext(connection) as three:
        response = client.get(url(name))
    assert len(three) == len(one)
    assert response.context["list"].asked.total == 3


def test_filters_search_and_export(world, call, sign_in):
    factories.submitted(world["a1.chair"], call, person=factories.member(world["a1"], "周敏芳"))
    factories.submitted(world["u.chair"], call, person=factories.member(world["u"], "钱秋萍"))
    client = sign_in(world["officer"])
    for query in ("q=zmf", "q=周敏", "unit=甲区", "category=city-person&q=第一中学"):
        page = text(client.get(url("entries") + "?" + query))
        assert "周敏芳" in page, query
        assert "钱秋萍" not in page, query
    sheet = client.get(url("entries") + "?export=xlsx")
    assert sheet["Content-Type"].startswith("application/vnd.openxmlformats")


def test_a_teacher_sees_their_own_but_may_not_export(world, call, sign_in):
    mine = factories.submitted(world["u.chair"], call, person=world["teacher"].user.member)
    client = sign_in(world["teacher"])
    assert mine.subject in text(client.get(url("entries")))
    assert client.get(url("entries") + "?export=xlsx").status_code == 404
    assert client.get(url("entry", mine.pk)).status_code == 200
    assert client.get(url("entry_edit", mine.pk)).status_code == 404


def test_a_district_ranks_what_lies_on_its_desk(world, call, sign_in):
    entry = factories.submitted(world["a1.chair"], call)
    client = sign_in(world["a.officer"])
    assert "hx-post" in text(client.get(url("inbox")))
    answer = client.post(url("entry_rank", entry.pk), {"rank": "2"}, HTTP_HX_REQUEST="true")
    assert 'value="2"' in text(answer)
    entry.refresh_from_db()
    assert entry.rank == 2
    assert client.post(url("entry_rank", entry.pk), {"rank": "x"}).status_code == 409
    stranger = sign_in(world["b.officer"])
    assert stranger.post(url("entry_rank", entry.pk), {"rank": "1"}).status_code == 404


# ── starting ──
def test_start_by_pinyin_and_be_filled_from_the_roster(world, call, sign_in):
    person = factories.member(world["u"], "周敏芳", title="教授")
    factories.member(world["v"], "周敏杰")
    client = sign_in(world["u.chair"])
    people = text(client.get(url("entry_new", call.pk) + "?q=zm", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="people"))
    assert "周敏芳" in people
    assert "周敏杰" not in people
    category = call.categories.first()
    answer = client.post(url("entry_new", call.pk), {"category": category.pk, "member": person.pk})
    entry = Entry.objects.get(member=person)
    assert answer.headers["Location"] == url("entry_edit", entry.pk)
    assert entry.data["title"] == "教授"
    assert entry.data["sex"] == "女"


def test_starting_without_or_with_a_foreign_person_is_refused(world, call, sign_in):
    foreign = factories.member(world["v"], "周敏杰")
    client = sign_in(world["u.chair"])
    for value in ("", foreign.pk):
        answer = client.post(url("entry_new", call.pk), {"category": call.categories.first().pk, "member": value})
        assert answer.status_code == 422
        assert "请先找到人" in text(answer)
    assert not Entry.objects.exists()


# ── the form ──
def test_autosave_keeps_what_was_typed_and_says_when(world, call, sign_in):
    entry = factories.draft(world["u.chair"], call)
    client = sign_in(world["u.chair"])
    typed = {"version": entry.version, "position": "  系主任 ", "votes_for": "十二人"}
    answer = client.post(url("entry_edit", entry.pk), typed, HTTP_X_AUTOSAVE="1")
    told = json.loads(answer.content)
    entry.refresh_from_db()
    assert told["version"] == entry.version
    assert entry.data["position"] == "系主任"
    assert entry.data["votes_for"] == "十二人"
    live = text(client.get(url("entry_rules", entry.pk)))
    assert "还差" in live
    assert client.get(url("entry_edit", entry.pk)).status_code == 200


def test_a_nought_is_an_answer(world, call, sign_in):
    entry = factories.draft(world["u.chair"], call, votes_against=0)
    page = text(sign_in(world["u.chair"]).get(url("entry_edit", entry.pk)))
    assert 'name="votes_against" value="0"' in page


def test_a_second_window_is_told_who_and_when(world, call, sign_in):
    entry = factories.draft(world["u.chair"], call)
    client = sign_in(world["u.chair"])
    client.post(url("entry_edit", entry.pk), {"version": entry.version, "position": "甲"}, HTTP_X_AUTOSAVE="1")
    answer = client.post(url("entry_edit", entry.pk), {"version": entry.version, "position": "乙"}, HTTP_X_AUTOSAVE="1")
    assert answer.status_code == 409
    assert "另一个窗口" in json.loads(answer.content)["message"]
    entry.refresh_from_db()
    assert entry.data["position"] == "甲"


def test_locked_answers_cannot_be_typed_over(world, call, sign_in):
    entry = factories.draft(world["u.chair"], call)
    client = sign_in(world["u.chair"])
    client.post(url("entry_edit", entry.pk), {"version": entry.version, "sex": "男"}, HTTP_X_AUTOSAVE="1")
    entry.refresh_from_db()
    assert entry.data["sex"] == "女"


def test_handing_in_says_what_stops_and_loses_nothing(world, call, sign_in):
    entry = factories.draft(world["u.chair"], call)
    client = sign_in(world["u.chair"])
    typed = {**factories.answers(), "votes_abstain": "6", "story": "写好的事迹不能丢", "honours": ""}
    answer = client.post(url("entry_edit", entry.pk), {**typed, "version": entry.version})
    page = text(answer)
    assert answer.status_code == 422
    assert "比实到 128 多 1" in page
    assert 'href="#id_votes_abstain"' in page
    assert 'href="#id_honours"' in page
    assert "写好的事迹不能丢" in page
    entry.refresh_from_db()
    assert entry.state == State.DRAFT
    assert entry.data["story"] == "写好的事迹不能丢"


def test_handing_in_puts_it_on_the_desk_above(world, call, sign_in):
    entry = factories.draft(world["a1.chair"], call)
    client = sign_in(world["a1.chair"])
    answer = client.post(url("entry_edit", entry.pk), {"version": entry.version})
    assert answer.headers["Location"] == url("entry", entry.pk)
    entry.refresh_from_db()
    assert (entry.state, entry.desk) == (State.REVIEW, world["a"])
    assert client.get(url("entry_edit", entry.pk)).headers["Location"] == url("entry", entry.pk)


def test_a_stale_form_is_not_handed_in(world, call, sign_in):
    entry = factories.draft(world["u.chair"], call)
    client = sign_in(world["u.chair"])
    answer = client.post(url("entry_edit", entry.pk), {"version": entry.version - 1, "position": "旧窗口里的"})
    assert answer.status_code == 422
    assert "旧窗口里的" in text(answer)
    entry.refresh_from_db()
    assert entry.state == State.DRAFT


def test_papers_are_uploaded_shown_and_taken_off(world, call, sign_in):
    entry = factories.draft(world["u.chair"], call)
    client = sign_in(world["u.chair"])
    where = url("entry_files", entry.pk) + "?item=media"
    answer = client.post(where, {"file": pdf_upload("报道.pdf")}, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="files")
    assert answer.status_code == 200
    assert answer["HX-Trigger"] == "autosaved"
    assert "报道.pdf" in text(answer)
    one = entry.attachments.get(item="media")
    served = client.get(url("attachment", entry.pk, one.pk))
    assert served["Content-Disposition"].startswith("attachment")
    assert "sandbox" in served["Content-Security-Policy"]
    looked = client.get(url("attachment", entry.pk, one.pk) + "?view=1")
    assert looked["X-Frame-Options"] == "SAMEORIGIN"
    assert "default-src 'none'" in looked["Content-Security-Policy"]
    assert client.post(url("attachment_remove", entry.pk, one.pk)).status_code == 302
    assert not entry.attachments.filter(item="media").exists()


def test_a_wrong_file_is_refused_at_its_line(world, call, sign_in):

    entry = factories.draft(world["u.chair"], call)
    client = sign_in(world["u.chair"])
    bad = SimpleUploadedFile("照片.png", b"<html><script>alert(1)</script>", content_type="image/png")
    answer = client.post(url("entry_files", entry.pk) + "?item=minutes", {"file": bad}, HTTP_HX_REQUEST="true")
    assert answer.status_code == 422
    assert 'role="alert"' in text(answer)


def test_a_stranger_finds_nothing(world, call, sign_in):
    entry = factories.submitted(world["u.chair"], call)
    one = entry.attachments.first()
    client = sign_in(world["v.chair"])
    for name, args in (
        ("entry", ()), ("entry_edit", ()), ("entry_rules", ()), ("entry_files", ()), ("attachment", (one.pk,)),
        ("attachment_remove", (one.pk,)), ("entry_move", ("withdraw",)), ("entry_pdf", ()), ("entry_docx", ()),
        ("entry_revision", (1,)),
    ):  # fmt: skip
        assert client.get(url(name, entry.pk, *args)).status_code == 404, name


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
