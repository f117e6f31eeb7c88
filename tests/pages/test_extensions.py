"""Later deadlines and reminders: given, listed, taken back, told to the unit; ticked laggards reminded once a day."""

import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.core.models import Message, Record
from portal.kit import days
from portal.kit.refusal import Refused
from programs import tasks
from programs.actions import extensions, reminders
from programs.models import Extension
from programs.queries import deadlines
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


def test_an_extension_is_listed_told_and_taken_back(world, call, sign_in):
    client = sign_in(world["officer"])
    until = days.local(call.closes_at + datetime.timedelta(days=3))
    sent = {"closes_at": until.strftime("%Y-%m-%dT%H:%M"), "reason": "换届"}
    client.post(url("extend", call.pk, world["a"].pk), sent)
    row = Extension.objects.get()
    told = Message.objects.get(user=world["a.officer"].user, key__startswith="extension-")
    assert "延期到" in told.subject and told.body == "换届"
    page = text(client.get(url("extensions", call.pk)))
    assert "甲区" in page and "换届" in page and "有效" in page
    back = client.post(url("extension_back", row.pk), {"reason": ""})
    assert back.status_code == 422
    client.post(url("extension_back", row.pk), {"reason": "写错了一家"})
    row.refresh_from_db()
    assert row.withdrawn_reason == "写错了一家" and row.withdrawn_by == world["officer"].user
    assert Message.objects.filter(user=world["a.officer"].user, subject__contains="延期撤回了").count() == 1
    assert "撤回了" in text(client.get(url("extensions", call.pk)))
    with pytest.raises(Refused, match="已经撤回"):
        extensions.take_back(world["officer"], call.pk, row.pk, "再来")
    assert Record.objects.about(call).filter(act="call.extend_back").count() == 1
    extensions.extend(world["officer"], call.pk, world["a"], until, "还是要延")
    assert Extension.objects.count() == 2, "the one that was taken back stays in the list"


def test_a_school_below_a_district_gets_more_time_and_its_neighbour_does_not(world, call, sign_in):
    """By the matrix deadlines are the owner's: the district has no such button."""
    client = sign_in(world["officer"])
    assert url("extension_new", call.pk) in text(client.get(url("extensions", call.pk)))
    step = client.post(url("extension_new", call.pk), {"unit": world["a1"].pk})
    assert step.url == url("extend", call.pk, world["a1"].pk)
    until = days.local(call.closes_at + datetime.timedelta(days=3))
    client.post(step.url, {"closes_at": until.strftime("%Y-%m-%dT%H:%M"), "reason": "换届"})
    mine, other = (factories.draft(world[key], call) for key in ("a1.chair", "a2.chair"))
    assert (deadlines.due(mine) > call.closes_at, deadlines.due(other)) == (True, call.closes_at)
    assert sign_in(world["a.officer"]).get(url("extension_new", call.pk)).status_code == 404


def test_the_database_keeps_one_standing_extension_with_reasons(world, call):
    row = extensions.extend(world["officer"], call.pk, world["a"], call.closes_at + datetime.timedelta(days=1), "换届")
    with pytest.raises(IntegrityError, match="extension_once"), transaction.atomic():
        Extension.objects.create(
            call=call, organization=world["a"], closes_at=row.closes_at, reason="又", granted_by=world["officer"].user
        )
    with pytest.raises(IntegrityError, match="extension_withdrawn_why"), transaction.atomic():
        Extension.objects.filter(pk=row.pk).update(withdrawn_at=days.now())


def test_a_later_deadline_is_later_than_now_and_than_the_calls(world, call):
    officer = world["officer"]
    with pytest.raises(Refused, match="原来的截止"):
        extensions.extend(officer, call.pk, world["a"], call.closes_at, "换届")
    with days.at(call.closes_at + datetime.timedelta(days=5)), pytest.raises(Refused, match="晚于现在"):
        extensions.extend(officer, call.pk, world["a"], call.closes_at + datetime.timedelta(days=2), "换届")
    with pytest.raises(Refused, match="不归你们"):
        extensions.extend(world["a.officer"], call.pk, world["a1"], call.closes_at + datetime.timedelta(days=2), "换届")


def test_lapsed_drafts_show_on_the_calls_page(world, call, sign_in):
    factories.draft(world["u.chair"], call)
    with days.at(call.closes_at + datetime.timedelta(minutes=1)):
        tasks.lapse_late()
        page = text(sign_in(world["officer"]).get(url("call", call.pk)))
    assert "逾期 1 件" in page


def test_ticked_laggards_are_reminded_and_nobody_else(world, call, sign_in):
    factories.submitted(world["v.chair"], call)
    client = sign_in(world["officer"])
    page = text(client.get(url("call", call.pk)))
    assert page.count('form="bulk-units"') == 3, "the unit that has reported has no box"
    client.post(url("remind", call.pk), {"pk": [world["u"].pk, world["v"].pk]})
    told = set(Message.objects.filter(key__startswith=f"remind-{call.pk}").values_list("user__name", flat=True))
    assert told == {world["u.chair"].user.name, world["u.clerk"].user.name}
    assert "都催过" in text(client.post(url("remind", call.pk), {"pk": [world["u"].pk]}, follow=True))
    assert Record.objects.about(call).filter(act="call.remind").count() == 1
    client.post(url("remind", call.pk))
    assert Message.objects.filter(key__startswith=f"remind-{call.pk}", user=world["a.officer"].user).exists()


def test_after_the_end_only_extended_units_are_reminded_by_their_own_deadline(world, call):
    extensions.extend(world["officer"], call.pk, world["a"], call.closes_at + datetime.timedelta(days=4), "换届")
    with days.at(call.closes_at + datetime.timedelta(days=1)):
        assert [unit.pk for unit in reminders.to_remind(call)] == [world["a"].pk]
        reminders.remind(world["officer"], call.pk, [world["a"].pk, world["u"].pk])
        due = days.short_datetime(call.closes_at + datetime.timedelta(days=4))
    told = Message.objects.filter(key__startswith=f"remind-{call.pk}")
    assert [message.user for message in told] == [world["a.officer"].user]
    assert due in told[0].body


def test_the_list_of_extensions_costs_the_same_for_one_and_three(world, call, sign_in):
    client, counts = sign_in(world["officer"]), []
    for keys in (("a",), ("b", "u")):
        for key in keys:
            extensions.extend(
                world["officer"], call.pk, world[key], call.closes_at + datetime.timedelta(days=1), "换届"
            )
        with CaptureQueriesContext(connection) as asked:
            client.get(url("extensions", call.pk))
        counts.append(len(asked))
    assert counts[0] == counts[1]
