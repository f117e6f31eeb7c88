"""上报: what was on public notice goes on to an outside body; its answer comes back with date and number."""

import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from awards.honours.models import Honour
from awards.honours.queries import to_certify
from portal.core.models import Message, Record
from portal.kit import days
from portal.kit.refusal import Refused
from programs.actions import notices
from programs.actions.moves import make_move
from programs.actions.passings import pass_up, record_outcome
from programs.models import Call, Entry, Passing, PassingLine
from tests import factories
from tests.factories.files import pdf_upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = "optional"


def url(name: str, *args) -> str:
    return reverse(f"programs:{name}", args=args)


def text(response) -> str:
    return response.content.decode()


@pytest.fixture
def call(world) -> Call:
    """Three entries whose notice has ended, one of them held by an objection."""
    with days.at(days.now() - datetime.timedelta(days=30)):
        made = factories.call(world["officer"])
        for key in ("u", "v", "u"):
            entry = factories.submitted(world[f"{key}.chair"], made)
            make_move(entry.pk, "propose", by=world["officer"])
        notice = notices.draft_notice(world["officer"], made, "公示", "示〔1〕号", "现予公示。", {"电话": "021"})
        notice = notices.post_notice(world["officer"], notice.pk)
        line = notice.lines.order_by("-order").first()
        notices.object_to(notice, line, "named", "获奖时间不对，请核实一下。", "张三", "13800000000")
    notices.end_notice(notice.pk)
    return made


def sent(world, call: Call, number: str = "沪教工〔2026〕31号") -> Passing:
    return pass_up(world["officer"], call.categories.first(), "上海市妇女联合会", number, days.today())


def states(call: Call) -> list[str]:
    return sorted(Entry.objects.filter(call=call).values_list("state", flat=True))


def test_letter_scan_and_the_outcomes_of_many_at_once(world, call, sign_in):
    client = sign_in(world["officer"])
    assert "上报到外单位" in text(client.get(url("call", call.pk)))
    page = text(client.get(url("passing_new", call.pk)))
    assert "2 件可以上报" in page
    letter = {
        "going": call.categories.first().pk, "body": "上海市妇女联合会", "number": "沪教工〔2026〕31号",
        "sent_on": days.today(), "scan": pdf_upload("上报.pdf"),
    }  # fmt: skip
    answer = client.post(url("passing_new", call.pk), letter)
    assert answer.status_code == 302, text(answer)
    one = Passing.objects.get()
    assert states(call) == ["notice", "passed-up", "passed-up"], "the held one stays"
    assert client.get(url("passing_scan", one.pk))["Content-Type"] == "application/pdf"
    page = text(client.get(answer.url))
    assert "等回音 2 件" in page
    lines = list(one.lines.values_list("pk", flat=True))
    wrong = client.post(
        url("passing_outcome", one.pk), {"line": lines, "outcome": "granted", "outcome_on": days.today()}
    )
    assert wrong.status_code == 422
    done = {"line": lines[:1], "outcome": "granted", "outcome_on": days.today(), "number": "沪妇〔2026〕8号"}
    client.post(url("passing_outcome", one.pk), done)
    client.post(url("passing_outcome", one.pk), {**done, "line": lines[1:], "outcome": "declined"})
    assert states(call) == ["approved", "notice", "refused"]
    honour = Honour.objects.get()
    assert (honour.document, honour.decision, honour.awarded_on) == ("沪妇〔2026〕8号", None, days.today())
    assert to_certify(world["officer"]).count() == 0, "the certificate is the other body's"
    assert Message.objects.filter(subject__contains="上级批准了").exists()
    assert client.get(Entry.objects.get(state="approved", call=call).get_absolute_url()).status_code == 200
    again = client.post(url("passing_outcome", one.pk), done)
    assert "已经记过" in text(again)


def test_nothing_goes_before_its_notice_is_over(world):
    call = factories.call(world["officer"])
    entry = factories.submitted(world["u.chair"], call)
    make_move(entry.pk, "propose", by=world["officer"])
    notice = notices.draft_notice(world["officer"], call, "公示", "示〔1〕号", "现予公示。", {"电话": "021"})
    notices.post_notice(world["officer"], notice.pk)
    with pytest.raises(Refused, match="没有公示期满"):
        sent(world, call)
    with pytest.raises(Refused, match="公示期满"):
        make_move(entry.pk, "pass-up", by=world["officer"], through="passing")
    with pytest.raises(Refused, match="别处办理"):
        make_move(entry.pk, "pass-up", by=world["officer"])


def test_with_nothing_to_send_the_letter_is_not_asked_for(world, sign_in):
    empty = factories.call(world["officer"])
    answer = sign_in(world["officer"]).get(url("passing_new", empty.pk), follow=True)
    assert answer.redirect_chain == [(empty.get_absolute_url(), 302)] and "现在没有可以上报的" in text(answer)


def test_what_is_wrong_is_said(world, call):
    with pytest.raises(Refused, match="不归你们"):
        pass_up(world["a.officer"], call.categories.first(), "市总", "1号", days.today())
    with pytest.raises(Refused, match="晚于今天"):
        pass_up(world["officer"], call.categories.first(), "市总", "1号", days.today() + datetime.timedelta(days=1))
    one = sent(world, call)
    ids = list(one.lines.values_list("pk", flat=True))
    for values, said in (
        ((ids, "maybe", days.today(), "1号"), "选一个"), ((ids, "granted", days.today(), " "), "文号"),
        ((ids, "granted", days.today() - datetime.timedelta(days=1), "1号"), "上报以后"),
        (([], "granted", days.today(), "1号"), "勾上"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=said):
            record_outcome(world["officer"], one.pk, *values)
    assert not PassingLine.objects.exclude(outcome="").exists()


def test_the_database_keeps_an_outcome_with_its_document_and_an_entry_once(world, call):
    one = sent(world, call)
    line = one.lines.first()
    with pytest.raises(IntegrityError, match="passing_outcome_documented"), transaction.atomic():
        PassingLine.objects.filter(pk=line.pk).update(outcome="granted")
    with pytest.raises(IntegrityError), transaction.atomic():
        PassingLine.objects.create(passing=one, entry=line.entry, revision=1, digest="x")
    with pytest.raises(IntegrityError, match="passing_number_once"), transaction.atomic():
        Passing.objects.create(
            call=call, category=one.category, body="市总", number=one.number, sent_on=days.today(),
            made_by=world["officer"].user, made_at=days.now(),
        )  # fmt: skip
    assert Record.objects.filter(act="passing.send").count() == 1


def test_the_page_costs_the_same_for_one_line_and_many(world, call, sign_in):
    client = sign_in(world["officer"])
    one = sent(world, call)
    with CaptureQueriesContext(connection) as many:
        client.get(one.get_absolute_url())
    PassingLine.objects.filter(pk=one.lines.last().pk).delete()
    with CaptureQueriesContext(connection) as single:
        client.get(one.get_absolute_url())
    assert len(many) == len(single)
