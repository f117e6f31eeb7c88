"""Pages of entries: lists, starting one, the form."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from programs.models import Entry
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
    clash = json.loads(answer.content)["clashes"][0]
    assert (clash["name"], clash["theirs"]) == ("position", "甲")
    assert "你在另一个窗口" in clash["html"] and ">乙<" in clash["html"]
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
