"""Changes of unions with a day ahead: kept, done once by the beat on their day, refused with the reason, given up."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from portal.accounts.models import Post
from portal.core import jobs
from portal.core.models import Job, Message, Record
from portal.kit import days
from portal.kit.refusal import Refused
from portal.registry import tasks
from portal.registry.actions import changes, planned
from portal.registry.carrying import Asked
from portal.registry.models import Organization, OrganizationChange, PlannedChange
from tests import factories

pytestmark = pytest.mark.django_db
WHY = ("新学期起合并办学", "沪教工〔2026〕7号")
AHEAD = 30


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = "optional"


def day() -> datetime.date:
    return days.today() + datetime.timedelta(days=AHEAD)


def kept(world, kind: str = "rename", unit: str = "u", other: str = "", by: str = "officer") -> PlannedChange:
    asked = Asked(kind, world[unit], day(), world[other] if other else None)
    name = "新名大学工会" if kind == "rename" else ""
    return planned.plan_ahead(world[by], asked, *WHY, name)


def on_the_day(beats: int = 1, later: int = AHEAD) -> None:
    """What the beats of that day do, and the workers after them."""
    with days.at(days.now() + datetime.timedelta(days=later)):
        for _n in range(beats):
            tasks.changes_of_today()
        for job in Job.objects.filter(kind=planned.DO, state=Job.State.QUEUED):
            jobs.run(job.pk)


def test_nothing_changes_before_its_day_and_then_once(world):
    one = kept(world)
    on_the_day(later=AHEAD - 1)
    assert Organization.objects.get(pk=world["u"].pk).name == "测试大学工会", "a day too early"
    on_the_day(beats=3)
    one.refresh_from_db()
    unit = Organization.objects.get(pk=world["u"].pk)
    assert (one.state, unit.name, one.change.on) == ("done", "新名大学工会", one.on)
    assert Job.objects.filter(kind=planned.DO).count() == 1, "three beats, one job"
    assert OrganizationChange.objects.get().by == world["officer"].user
    planned.do(world["officer"], one.pk)
    assert OrganizationChange.objects.count() == 1, "safe to repeat"


def test_a_merger_carries_what_is_there_on_the_day(world):
    one = kept(world, "merge", "v", "u")
    late = factories.member(world["v"])
    on_the_day()
    one.refresh_from_db(), late.refresh_from_db()
    assert (one.state, late.organization) == ("done", world["u"])
    assert not Organization.objects.get(pk=world["v"].pk).active


def test_what_stands_in_the_way_on_the_day_is_said_and_nothing_is_done(world):
    one = kept(world, "dissolve", "v")
    factories.submitted(world["v.chair"], factories.call(world["officer"]))
    on_the_day()
    one.refresh_from_db()
    assert (one.state, one.change) == ("refused", None)
    assert "还有 1 件没办完" in one.said
    assert Organization.objects.get(pk=world["v"].pk).active
    assert Message.objects.get(user=world["officer"].user, subject__contains="没办成").body == one.said
    assert Record.objects.filter(act="organization.plan_refused").exists()


def test_who_holds_the_post_no_more_changes_nothing(world):
    one = kept(world)
    Post.objects.filter(pk=world["officer"].post.pk).update(until=days.today() - datetime.timedelta(days=1))
    on_the_day()
    one.refresh_from_db()
    assert (one.state, "岗位" in one.said) == ("refused", True)
    assert Organization.objects.get(pk=world["u"].pk).name == "测试大学工会"


def test_one_is_given_up_before_its_day(world):
    one = kept(world)
    planned.drop(world["officer"], one.pk)
    on_the_day()
    assert not OrganizationChange.objects.exists()
    with pytest.raises(Refused, match="作废"):
        planned.drop(world["officer"], one.pk)


def test_what_makes_no_sense_is_refused_at_once(world):
    kept(world)
    with pytest.raises(Refused, match="先作废那一个"):
        kept(world)
    for kind, other, said in (("move", "", "请选另一家"), ("merge", "a", "类别要相同")):
        with pytest.raises(Refused, match=said):
            kept(world, kind, "v", other)
    with pytest.raises(Refused, match="现在就办"):
        planned.plan_ahead(world["officer"], Asked("rename", world["v"], days.today()), *WHY, "新名")
    with pytest.raises(Refused, match="还没到"):
        changes.rename(world["officer"], world["v"], day(), "新名", "", *WHY)


def test_the_database_keeps_one_per_union_and_a_done_one_with_its_change(world):
    one = kept(world)
    with pytest.raises(IntegrityError, match="planned_one_per_union"), transaction.atomic():
        PlannedChange.objects.create(organization=one.organization, kind="rename", on=one.on, name="x", reason="y")
    with pytest.raises(IntegrityError, match="planned_done_has_its_change"), transaction.atomic():
        PlannedChange.objects.filter(pk=one.pk).update(state="done")


def test_it_is_planned_seen_and_given_up_on_the_pages(world, sign_in):
    client, unit = sign_in(world["officer"]), world["v"]
    url = reverse("registry:organization_change", args=[unit.pk, "merge"])
    form = {"other": world["u"].pk, "on": day().isoformat(), "reason": WHY[0], "document": WHY[1]}
    page = client.post(url, form)
    assert "会带走什么" in page.content.decode(), "what would go along today is shown first"
    seen = page.context["plan"].digest
    answer = client.post(url, {**form, "seen": seen})
    history = reverse("registry:organization_history", args=[unit.pk])
    assert answer.url == history
    html = client.get(history).content.decode()
    assert "定下还没到的" in html and "并入：测试大学工会" in html
    assert (
        "另一大学工会并入"
        in client.get(reverse("registry:organization_history", args=[world["u"].pk])).content.decode()
    )
    assert "作废…" not in sign_in(world["v.chair"]).get(history).content.decode()
    one = PlannedChange.objects.get()
    client = sign_in(world["officer"])
    assert client.post(reverse("registry:planned_drop", args=[one.pk])).url == history
    assert "定下还没到的" not in client.get(history).content.decode()
