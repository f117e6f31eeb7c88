"""Rules that only some awards have: each holds at its bound and stops one step beyond."""

import datetime

import pytest

from awards.honours import actions as honour_actions
from awards.honours import checks
from portal.kit import days
from programs.checks.bars import closing_day
from programs.models import Entry
from programs.rules.ages import years_before
from tests import factories

pytestmark = pytest.mark.django_db


def only(found: list) -> tuple[str, str]:
    assert len(found) == 1, found
    return found[0].level, found[0].sentence


def started(world, key: str, person=None, subject: str = "一组", **params) -> Entry:
    call = factories.call(world["officer"], key, **params)
    person = person or factories.member(world["u"], "丁一")
    return factories.start_entry(world["u.chair"], call, call.categories.first(), person, subject)


def saying(entry: Entry, **data) -> Entry:
    entry.data |= data
    return entry


@pytest.mark.parametrize(("off", "level"), [(1, "good"), (0, "near"), (-1, "stop")])
def test_the_term_lasts_to_the_closing_day(world, off, level):
    entry = started(world, "model-home")
    entry.organization.term_until = closing_day(entry.call) + datetime.timedelta(days=off)
    found, said = only(checks.term_in_force(entry, ""))
    assert found == level and ("过了 1 天" in said) == (level == "stop")
    entry.call.params["term_required"] = False
    assert checks.term_in_force(entry, "") == []


def test_a_term_that_nobody_entered_stops(world):
    assert only(checks.term_in_force(started(world, "model-home"), ""))[1] == "单位资料里没有本届止"


@pytest.mark.parametrize(("staff", "level"), [(2, "good"), (4, "near"), (5, "stop")])
def test_members_are_counted_from_the_roster(world, staff, level):
    entry = started(world, "model-home", members_percent=50)
    entry.organization.head_count = staff
    unit = world["u"]
    factories.member(unit, personnel="retired")
    found, said = only(checks.enough_members(entry, ""))
    assert found == level, said
    assert ("少 1 人" in said) == (level == "stop")


@pytest.mark.parametrize(("off", "level"), [(-1, "good"), (0, "stop"), (30, "stop")])
def test_an_incident_bars_for_the_years_of_the_edition(world, off, level):
    entry = started(world, "may-day-unit")
    since = years_before(closing_day(entry.call), 3)
    saying(entry, incident_on=(since + datetime.timedelta(days=off)).isoformat())
    assert only(checks.no_recent_incident(entry, ""))[0] == level
    assert only(checks.no_recent_incident(saying(entry, incident_on=""), ""))[0] == "good"


@pytest.mark.parametrize(("off", "level"), [(1, "good"), (0, "near"), (-1, "stop")])
@pytest.mark.parametrize(("sex", "age"), [("f", 55), ("m", 60)])
def test_retirement_lies_far_enough_ahead(world, sex, age, off, level):
    person = factories.member(world["u"], "丁一", sex)
    entry = started(world, "may-day-person", person, retire_years=5)
    entry.member.birth_date = years_before(closing_day(entry.call), age - 5) + datetime.timedelta(days=off)
    assert only(checks.retires_late_enough(entry, ""))[0] == level


@pytest.mark.parametrize(
    ("sent", "back", "good", "level", "said"),
    [
        (100, 100, 91, "good", ""), (100, 100, 90, "near", ""), (100, 100, 89, "stop", "少 1 票"),
        (100, 101, 101, "stop", "不能比前一个多"), (100, 0, 0, "stop", "都要填"),
    ],
)  # fmt: skip
def test_members_ballots(world, sent, back, good, level, said):
    entry = saying(started(world, "model-home"), ballots_sent=sent, ballots_back=back, ballots_good=good)
    found, sentence = only(checks.members_satisfied(entry, ""))
    assert found == level and said in sentence


@pytest.mark.parametrize(("staff", "level"), [(4, "good"), (3, "near"), (2, "stop")])
def test_a_post_has_enough_people(world, staff, level):
    assert only(checks.enough_people(saying(started(world, "women-post"), staff=staff), ""))[0] == level


@pytest.mark.parametrize(
    ("family", "level", "found"),
    [("劳动模范", "city", "good"), ("五一劳动奖章", "national", "good"), ("劳动模范", "system", "stop"),
     ("三八红旗手", "city", "stop"), ("", "", "stop")],
)  # fmt: skip
def test_a_studio_is_led_by_somebody_in_the_register(world, family, level, found):
    person = factories.member(world["u"], "丁一")
    if family:
        honour_actions.register_legacy(
            world["officer"], title=family, family=family, level=level, year=2015, member=person, name="丁一",
            awarded_on=days.today() - datetime.timedelta(days=3000), organization=world["u"], unit="测试大学工会",
        )  # fmt: skip
    entry = started(world, "studio", person)
    assert only(checks.lead_is_honoured(entry, ""))[0] == found
    entry.call.params["lead_families"] = ""
    assert checks.lead_is_honoured(entry, "") == []


def test_a_units_own_honour_is_found_and_that_of_its_group_is_not(world):
    unit = world["u"]
    entry = started(world, "may-day-unit", no_repeat_scope="any", no_repeat_years=5)
    given = {
        "title": "荣誉", "level": "city", "year": 2026, "awarded_on": days.today() - datetime.timedelta(days=9),
        "member": None, "organization": unit, "unit": unit.name, "collective": True,
    }  # fmt: skip
    honour_actions.register_legacy(world["officer"], family="工人先锋号", name="一组", **given)
    assert only(checks.no_repeat(entry, ""))[0] == "good"
    honour_actions.register_legacy(world["officer"], family="五一劳动奖状", name=unit.name, **given)
    assert only(checks.no_repeat(entry, ""))[0] == "stop"
