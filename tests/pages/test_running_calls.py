"""A published edition: who reported, who is reminded, later deadlines, drafts that lapse, what a page costs."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.core.models import Message, Record
from portal.kit import days
from portal.kit.refusal import Refused
from programs import tasks
from programs.actions.extensions import extend
from programs.actions.moves import make_move
from programs.actions.notices import draft_notice, post_notice
from programs.actions.reminders import remind
from programs.models import Call, Entry, Notice
from programs.spec import State
from tests import factories
from tests.pages.editions import opened, url

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = "optional"


@pytest.fixture
def officer(world):
    return world["officer"]


@pytest.fixture
def draft(officer) -> Call:
    return opened(officer)


# the pages of a running call ------------------------------------------------------------------------------------------


def test_the_owner_sees_who_reported_and_gives_one_unit_more_time(world, officer, sign_in):
    call = factories.call(officer)
    factories.submitted(world["u.chair"], call)
    client = sign_in(officer)
    html = client.get(url("call", call.pk)).content.decode()
    assert "有名额的 4 家里 <b>1 家报了</b>" in html
    until = days.local(call.closes_at) + datetime.timedelta(days=5)
    place = url("extend", call.pk, world["a"].pk)
    assert client.post(place, {"closes_at": f"{until:%Y-%m-%dT%H:%M}", "reason": ""}).status_code == 422
    early = days.local(call.closes_at) - datetime.timedelta(days=5)
    assert client.post(place, {"closes_at": f"{early:%Y-%m-%dT%H:%M}", "reason": "换届"}).status_code == 422
    assert client.post(place, {"closes_at": f"{until:%Y-%m-%dT%H:%M}", "reason": "换届"}).status_code == 302
    assert "延到" in client.get(url("call", call.pk) + "?units=extended").content.decode()
    school = sign_in(world["a1.chair"]).get(url("call", call.pk)).content.decode()
    assert "你们单位延期了" in school
    assert "你们单位延期了" not in sign_in(world["b1.chair"]).get(url("call", call.pk)).content.decode()


def test_a_unit_without_places_sees_why_it_cannot_start(world, officer, sign_in):
    call = factories.call(officer, places=0)
    html = sign_in(world["u.chair"]).get(url("call", call.pk)).content.decode()
    assert "这一届没有给名额" in html
    assert url("entry_new", call.pk) not in html
    other = factories.call(officer)
    assert url("entry_new", other.pk) in sign_in(world["u.chair"]).get(url("call", other.pk)).content.decode()


def test_conditions_that_say_nothing_are_not_listed(world, officer, sign_in):
    call = factories.call(officer, no_repeat_years=0, born_from="1985-01-01")
    html = sign_in(world["u.chair"]).get(url("call", call.pk)).content.decode()
    assert "出生不早于" in html
    assert "不早于：当天出生的也算" in html
    for idle in ("出生不晚于", "从哪一级算起", "不晚于：当天出生的也算", "截止后还收"):
        assert idle not in html


def test_reminding_reaches_only_the_late_ones_and_once_a_day(world, officer, sign_in):
    call = factories.call(officer)
    factories.submitted(world["u.chair"], call)
    client = sign_in(officer)
    assert "催办 3 家" in client.get(url("remind", call.pk)).content.decode()
    assert client.post(url("remind", call.pk)).status_code == 302
    rows = Message.objects.filter(key__startswith=f"remind-{call.pk}")
    told = set(rows.values_list("user__posts__organization__name", flat=True))
    assert told == {"甲区教育工会", "乙区教育工会", "另一大学工会"}
    again = client.post(url("remind", call.pk), follow=True)
    assert "今天都催过" in again.content.decode()
    assert Record.objects.about(call).filter(act="call.remind").count() == 1
    with pytest.raises(Refused, match="不归你们主办"):
        remind(world["a.officer"], call.pk, [world["v"].pk])


@pytest.mark.parametrize("who", ["officer", "u.chair", "auditor", "leader"])
@pytest.mark.parametrize("name", ["calls", "call"])
def test_three_cost_what_one_costs(world, officer, sign_in, who, name):
    call = factories.call(officer)
    factories.submitted(world["u.chair"], call)
    client = sign_in(world[who])
    page = url(name, *([call.pk] if name == "call" else []))

    def cost() -> int:
        client.get(page)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(page).status_code == 200
        return len(caught)

    before = cost()
    for unit in ("v.chair", "u.chair", "a1.chair"):
        factories.submitted(world[unit], call)
    factories.call(officer)
    factories.call(officer)
    assert cost() == before


def test_setting_up_costs_the_same_for_many_units(world, draft, officer, sign_in):
    client = sign_in(officer)

    def cost() -> int:
        client.get(url("edition", draft.pk))
        with CaptureQueriesContext(connection) as caught:
            assert client.get(url("edition", draft.pk)).status_code == 200
        return len(caught)

    before = cost()
    for n in range(12):
        factories.organization("university", f"第{n}大学工会", world["city"])
    assert cost() == before


# deadlines ------------------------------------------------------------------------------------------------------------


def test_drafts_lapse_at_their_own_deadline(world, officer):
    call = factories.call(officer)
    late, extended = factories.draft(world["u.chair"], call), factories.draft(world["a1.chair"], call)
    handed_in = factories.submitted(world["v.chair"], call)
    mended = factories.submitted(world["v.chair"], call)
    make_move(mended.pk, "return", by=officer, note="补正", due=call.closes_at + datetime.timedelta(days=9))
    extend(officer, call.pk, world["a"], call.closes_at + datetime.timedelta(days=5), "换届")

    def states() -> list[str]:
        rows = dict(Entry.objects.values_list("pk", "state"))
        return [rows[one.pk] for one in (late, extended, handed_in, mended)]

    def later(n: float):
        return days.at(call.closes_at + datetime.timedelta(days=n))

    tasks.deadlines()
    assert states() == [State.DRAFT, State.DRAFT, State.REVIEW, State.RETURNED]
    with later(0.1):
        tasks.deadlines()
        assert states() == [State.LAPSED, State.DRAFT, State.REVIEW, State.RETURNED]
    with later(5.1):
        tasks.deadlines()
        assert states() == [State.LAPSED, State.LAPSED, State.REVIEW, State.RETURNED]
    with later(9.1):
        tasks.deadlines()
        tasks.deadlines()
        assert states() == [State.LAPSED, State.LAPSED, State.REVIEW, State.LAPSED]
    assert Record.objects.filter(act="entry.lapse").count() == 3
    assert Message.objects.filter(subject__contains="逾期没交").values("key").distinct().count() == 3


def test_notices_end_after_their_last_day(world, officer):
    call = factories.call(officer)
    entry = factories.submitted(world["u.chair"], call)
    make_move(entry.pk, "propose", by=officer)
    notice = post_notice(officer, draft_notice(officer, call, "公示", "", "正文", {"phone": "021-5555 0171"}).pk)
    tasks.deadlines()
    assert Notice.objects.get().state == Notice.State.POSTED
    with days.at(days.end_of_day(notice.ends_on) + datetime.timedelta(hours=1)):
        tasks.deadlines()
        tasks.deadlines()
    assert Notice.objects.get().state == Notice.State.ENDED
    assert Record.objects.filter(act="notice.end").count() == 1
