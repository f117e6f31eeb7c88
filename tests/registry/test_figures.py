"""Head counts by date, the yearly report, sums; terms that end and who is told when."""

import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.accounts import tasks
from portal.accounts.actions import terms
from portal.accounts.models import Post
from portal.core.models import Message
from portal.kit import days
from portal.kit.refusal import Refused
from portal.registry import home
from portal.registry.actions import figures as actions
from portal.registry.actions.organizations import update_organization
from portal.registry.models import HeadCount, Organization
from portal.registry.queries import figures
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = "optional"


def day(ago: int) -> datetime.date:
    return days.today() - datetime.timedelta(days=ago)


# ── figures ──


def test_what_was_reported_stands_for_its_day(world):
    unit, chair = world["u"], world["u.chair"]
    for ago, heads in ((700, 800), (330, 850), (10, 900)):
        actions.report(chair, unit.pk, day(ago), heads, heads // 2)
    known = {ago: figures.as_of([unit.pk], day(ago))[unit.pk].heads for ago in (700, 500, 330, 0)}
    assert known == {700: 800, 500: 800, 330: 850, 0: 900}
    actions.report(chair, unit.pk, day(400), 820, 400)
    unit.refresh_from_db()
    assert unit.head_count == 900, "a report of an earlier day does not touch the present figure"
    assert figures.as_of([unit.pk], day(390))[unit.pk].heads == 820


def test_before_the_first_report_the_units_own_data_stand(world):
    found = figures.as_of([world["u"].pk], datetime.date(2001, 1, 1))[world["u"].pk]
    assert (found.heads, found.women, found.day) == (900, 420, None)


def test_every_way_of_changing_the_figure_leaves_a_row(world):
    unit = world["a1"]
    assert [row.source for row in unit.head_counts.all()] == ["start"]
    update_organization(world["officer"], unit.pk, unit.version, head_count=130)
    assert [(row.source, row.heads) for row in unit.head_counts.all()] == [("edit", 130), ("start", 120)]


def test_impossible_reports_are_refused(world):
    unit, chair = world["a1"], world["a1.chair"]
    with pytest.raises(Refused, match="多 1"):
        actions.report(chair, unit.pk, day(0), 10, 11)
    with pytest.raises(Refused, match="还没到"):
        actions.report(chair, unit.pk, day(-1), 10, 5)
    with pytest.raises(IntegrityError), transaction.atomic():
        HeadCount.objects.create(organization=unit, day=day(0), heads=1, women=2, members=0, source="edit")


def test_the_question_costs_the_same_for_one_unit_and_for_all(world):
    def cost(ids) -> int:
        with CaptureQueriesContext(connection) as queries:
            figures.as_of(ids, day(0))
        return len(queries)

    every = list(Organization.objects.values_list("pk", flat=True))
    assert cost(every) <= cost(every[:1]) <= 2


def test_a_district_adds_up_its_schools_and_shows_who_is_missing(world, sign_in):
    actions.report(world["a1.chair"], world["a1"].pk, day(0), 100, 60)
    added, _found = figures.added_up(figures.workplaces(world["a"]), day(0))
    assert (added.units, added.reported, added.heads) == (2, 1, 220)
    assert figures.added_up(figures.workplaces(world["city"]), day(0))[0].units == 5
    page = (
        sign_in(world["a.officer"]).get(reverse("registry:organization_figures", args=[world["a"].pk])).content.decode()
    )
    assert "年没报" in page and "220" in page


def test_the_yearly_report_on_its_page(world, sign_in):
    client, unit = sign_in(world["a1.chair"]), world["a1"]
    path = reverse("registry:organization_figures", args=[unit.pk])
    assert client.get(path).status_code == 200
    assert client.post(path, {"day": day(0).isoformat(), "heads": "10", "women": "11"}).status_code == 422
    assert client.post(path, {"day": day(-9).isoformat(), "heads": "10", "women": "1"}).status_code == 422
    assert client.post(path, {"day": day(0).isoformat(), "heads": "131", "women": "90"}).url == path
    unit.refresh_from_db()
    assert (unit.head_count, unit.women_count) == (131, 90)
    reader = sign_in(factories.post("leader", world["a"]))
    assert "报上去" not in reader.get(path).content.decode()
    assert sign_in(world["a2.chair"]).get(path).status_code == 404


# ── terms ──


def ends(unit: Organization, in_days: int) -> None:
    Organization.objects.filter(pk=unit.pk).update(term_from=None, term_until=day(-in_days))


def test_the_card_shows_what_is_over_and_what_ends_soon(world):
    ends(world["a1"], -5), ends(world["a2"], 100), ends(world["b1"], 100), ends(world["u"], 400)
    card = home.terms(world["a.officer"])
    assert [(row["title"], row["tag"]) for row in card["rows"]] == [
        ("甲区第一中学工会", "已过期"),
        ("甲区第二小学工会", "半年内"),
    ]
    assert len(home.terms(world["officer"])["rows"]) == 3
    assert home.terms(world["a1.chair"])["rows"][0]["tag"] == "已过期"
    assert home.terms(world["v.chair"]) is None


def told(actor) -> list[str]:
    return list(Message.objects.filter(user=actor.user).order_by("id").values_list("key", flat=True))


def test_each_mark_is_told_once_to_the_unit_and_the_level_above(world):
    unit = world["a1"]
    ends(unit, 100)
    for _twice in range(2):
        terms.tell(day(0))
    until = Organization.objects.get(pk=unit.pk).term_until
    assert told(world["a1.chair"]) == told(world["a.officer"]) == [f"term-{unit.pk}-{until}-183"]
    terms.tell(until - datetime.timedelta(days=90))
    terms.tell(until + datetime.timedelta(days=1))
    assert [key.rsplit("-", 1)[1] for key in told(world["a1.chair"])] == ["183", "92", "0"]
    assert told(world["b.officer"]) == []


def test_the_task_runs_once_a_day_however_many_beats_ask(world):
    post = world["a1.chair"].post
    Post.objects.filter(pk=post.pk).update(until=day(-20))
    for _beat in range(3):
        tasks.tell_terms()
    assert told(world["a1.chair"]) == [f"post-ending-{post.pk}-{day(-20)}"]
