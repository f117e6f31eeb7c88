"""The morning's message: what waits, what is due, what came back; once a day, to nobody with nothing to do."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.core import jobs
from portal.core.models import Job, Message, Reachability
from portal.kit import days
from programs import tasks
from programs.actions import amendments
from programs.actions.moves import make_move
from programs.queries import digest
from tests import factories

pytestmark = pytest.mark.django_db
#: A working Tuesday.
MORNING = datetime.datetime(2026, 11, 24, 8, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def sent() -> dict[str, Message]:
    return {row.user.name: row for row in Message.objects.filter(key__startswith="digest-").select_related("user")}


def the_morning(at: datetime.datetime = MORNING) -> None:
    with days.at(at):
        tasks.morning()
        job = Job.objects.filter(kind="programs.digest", state="queued").first()
        if job:
            assert jobs.run(job.pk)


@pytest.fixture
def busy(world):
    """On the eve: one entry to review at the district, one returned to the university, one draft, a call that ends."""
    with days.at(MORNING - datetime.timedelta(days=1)):
        call = factories.call(world["officer"])
        until = {"closes_at": (MORNING + datetime.timedelta(days=2)).isoformat()}
        made = amendments.draft_amendment(world["officer"], call.pk, until, "提前")
        amendments.confirm_amendment(world["leader"], made.pk)
        factories.submitted(world["a1.chair"], call)
        back = factories.submitted(world["u.chair"], call)
        make_move(back.pk, "return", by=world["officer"], note="补章")
        factories.draft(world["b1.chair"], call)
        amendments.draft_amendment(world["officer"], call.pk, {"intro": "说明"}, "补说明")
    return call


def test_everybody_hears_what_waits_for_them_and_the_others_nothing(world, busy):
    the_morning()
    told = sent()
    assert "等您审 1 件" in told[world["a.officer"].user.name].body
    assert "退回来要补正 1 件" in told[world["u.chair"].user.name].body
    assert "退回来要补正 1 件" in told[world["u.clerk"].user.name].body
    assert "草稿 1 件还没交" in told[world["b1.chair"].user.name].body
    assert "还没有报" in told[world["v.chair"].user.name].body
    assert "还没有报" in told[world["b.officer"].user.name].body
    assert "等确认的修改 1 份" in told[world["leader"].user.name].body
    for key in ("a2.chair", "a1.chair", "teacher", "auditor", "officer"):
        assert world[key].user.name not in told, key
    assert {row.kind for row in told.values()} == {"digest"}


def test_once_a_day_on_working_mornings_only(world, busy):
    for at in (MORNING.replace(hour=7, minute=29), MORNING.replace(hour=12), MORNING - datetime.timedelta(days=2)):
        the_morning(at)
    assert sent() == {}, "too early, too late, a Sunday"
    the_morning()
    first = Message.objects.filter(key__startswith="digest-").count()
    the_morning(MORNING + datetime.timedelta(minutes=10))
    job = Job.objects.get(kind="programs.digest")
    tasks.digest(jobs.JobRun(job))
    assert Message.objects.filter(key__startswith="digest-").count() == first
    the_morning(MORNING + datetime.timedelta(days=1))
    assert Message.objects.filter(key__startswith="digest-").count() > first, (
        "the control: another day, another message"
    )


def test_who_wants_it_by_no_way_gets_none(world, busy):
    Reachability.objects.create(user=world["u.chair"].user, channels={"digest": []})
    the_morning()
    assert world["u.chair"].user.name not in sent()
    assert world["u.clerk"].user.name in sent()


def test_one_message_for_a_person_with_two_posts(world, busy):
    factories.post("officer", world["b"], world["a.officer"].user)
    the_morning()
    row = Message.objects.get(user=world["a.officer"].user, key__startswith="digest-")
    assert "甲区" in row.body and "乙区" in row.body


def test_as_many_queries_for_many_as_for_few(world, busy):
    with days.at(MORNING):
        with CaptureQueriesContext(connection) as few:
            list(digest.people(digest.lines(), "x"))
        for key in ("a1.chair", "a2.chair", "u.chair"):
            factories.submitted(world[key], busy)
            factories.draft(world[key], busy)
        with CaptureQueriesContext(connection) as many:
            list(digest.people(digest.lines(), "x"))
    assert len(few) == len(many)
