"""Bars on the person and one person one entry (R6–R10), with their operators, days and exceptions; the race of R8."""

import datetime
import threading

import pytest
from django.db import IntegrityError, connection, connections, transaction

from awards.honours import actions as honours
from portal.kit import days
from portal.kit.refusal import Refused
from programs import checks
from programs.actions.calls import update_call
from programs.actions.moves import make_move
from programs.models import Entry
from programs.spec import State
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(world):
    return world["officer"]


def finding(entry: Entry, rule: str):
    return {one.rule: one for one in checks.findings(entry)}.get(rule)


def said(world, rule: str, person: dict, **params):
    """What the rule says of a person of the university in an edition with these figures."""
    call = factories.call(world["officer"], **params)
    made = factories.member(world["u"], **person)
    return finding(factories.draft(world["u.chair"], call, made), rule)


def closing() -> datetime.date:
    return days.local(days.now() + datetime.timedelta(days=20)).date()


# R10: age and seniority ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("birth", "inclusive", "level"),
    [("1976-08-31", True, "near"), ("1976-08-31", False, "stop"), ("1976-09-01", False, "good"),
     ("1976-08-30", True, "stop")],
)  # fmt: skip
def test_born_after_a_stated_day(world, birth, inclusive, level):
    """S-DHU16: under 40 = born after 1976-08-31; the day itself belongs or not, as the edition says."""
    found = said(world, "born", {"birth_date": datetime.date.fromisoformat(birth)}, born_from="1976-08-31",
                 born_from_in=inclusive)  # fmt: skip
    assert found.level == level
    if birth == "1976-08-30":
        assert "早了 1 天" in found.sentence


def test_born_until_and_missing_birth(world):
    late = {"birth_date": datetime.date(1990, 1, 2)}
    assert "晚了 1 天" in said(world, "born", late, born_until="1990-01-01").sentence
    assert said(world, "born", {"birth_date": None}, born_until="1990-01-01").cure == "去花名册补上"
    assert said(world, "born", late, born_until="") is None, "no bar without a day"


@pytest.mark.parametrize(("off", "inclusive", "level"), [(0, True, "near"), (0, False, "stop"), (-1, False, "good"),
                                                          (1, True, "stop")])  # fmt: skip
def test_seniority_has_an_operator_and_a_day(world, off, inclusive, level):
    hired = {"hired_on": datetime.date(2020, 3, 10) + datetime.timedelta(days=off)}
    found = said(world, "served", hired, service_years=5, service_on="2025-03-10", service_in=inclusive)
    assert found.level == level, found


def test_seniority_counts_to_the_closing_day_unless_told_otherwise(world):
    on = closing()
    limit = on.replace(year=on.year - 2)
    assert said(world, "served", {"hired_on": limit}, service_years=2).level == "near"
    assert said(world, "served", {"hired_on": limit + datetime.timedelta(days=1)}, service_years=2).level == "stop"


# R6: rank ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("rank", "level"), [("none", "good"), ("division", "good"), ("bureau", "stop")])
def test_rank_bar(world, rank, level):
    assert said(world, "rank", {"rank": rank}, rank_most="division").level == level


# R7, R9: the register -----------------------------------------------------------------------


def honoured(world, person, level: str, on: datetime.date, family: str = "三八红旗手"):
    return honours.register_legacy(
        world["officer"], title=f"{level}{family}", family=family, level=level, year=on.year, awarded_on=on,
        member=person, organization=world["u"], name=person.name, unit="测试大学工会",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("level", "years_ago", "family", "params", "stops"),
    [
        ("system", 1, "三八红旗手", {}, True), ("system", 3, "三八红旗手", {}, False),
        ("unit", 1, "三八红旗手", {}, False), ("city", 1, "三八红旗手", {}, True),
        ("system", 1, "五一劳动奖章", {}, False),
        ("system", 1, "五一劳动奖章", {"no_repeat_scope": "any"}, True),
        ("unit", 1, "三八红旗手", {"no_repeat_level": "unit"}, True),
        ("system", 9, "三八红旗手", {"no_repeat_ever": True}, True),
        ("system", 3, "三八红旗手", {"no_repeat_years": 5}, True),
        ("system", 1, "三八红旗手", {"no_repeat_years": 0}, None),
    ],
)  # fmt: skip
def test_no_repeat_has_scope_level_and_years(world, level, years_ago, family, params, stops):
    """S-SHU12: the same or an equal honour of the last two years; the edition says which ones count."""
    person = factories.member(world["u"])
    honoured(world, person, level, days.today() - datetime.timedelta(days=365 * years_ago + 30), family)
    call = factories.call(world["officer"], **params)
    found = finding(factories.draft(world["u.chair"], call, person), "no_repeat")
    assert (found.stops if found else None) == stops


@pytest.mark.parametrize(
    ("level", "on", "stops"),
    [("unit", "2025-06-30", True), ("district", "2025-06-30", False), ("city", "2025-06-30", False),
     ("district", "2025-07-01", True)],
)  # fmt: skip
def test_the_ladder_asks_for_a_lower_title_by_a_day(world, level, on, stops):
    """S-PDS15: must hold the next-lower title; the day itself counts."""
    person = factories.member(world["u"])
    honoured(world, person, level, datetime.date.fromisoformat(on), "校级先进")
    call = factories.call(world["officer"], ladder_level="district", ladder_on="2025-06-30")
    found = finding(factories.draft(world["u.chair"], call, person), "ladder")
    assert found.stops is stops
    if stops:
        assert "2025年6月30日 或以前" in found.sentence


# what set-up refuses --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"born_from": "1990-01-01", "born_until": "1980-01-01"}, "没有人符合"),
        ({"born_from": "1990-01-01", "born_until": "1990-01-01", "born_from_in": False}, "没有人符合"),
        ({"ladder_level": "city", "no_repeat_ever": True, "no_repeat_scope": "any"}, "没有人符合"),
        ({"no_repeat_level": "世界级"}, "要从给出的里面选"), ({"born_from": "去年"}, "写成 2026-11-12 这样"),
        ({"one_entry_except": "某某奖"}, "没有“某某奖”"),
    ],
)  # fmt: skip
def test_figures_that_contradict_each_other_are_refused(officer, params, told):
    call = factories.call(officer, publish=False)
    with pytest.raises(Refused, match=told):
        update_call(officer, call.pk, params)


def test_a_single_day_of_birth_is_no_contradiction(officer):
    call = factories.call(officer, publish=False)
    update_call(officer, call.pk, {"born_from": "1990-01-01", "born_until": "1990-01-01"})


# R8: one person, one entry ----------------------------------------------------------------------


def test_one_entry_over_prizes_and_units(world, officer):
    call, person = factories.call(officer), factories.member(world["u"])
    first, second = call.categories.all()
    factories.submitted(world["u.chair"], call, person=person, category=first)
    again = factories.draft(world["v.chair"], call, person=person, category=second)
    with pytest.raises(Refused, match="测试大学工会已报"):
        make_move(again.pk, "submit", by=world["v.chair"])


def test_a_draft_elsewhere_warns_and_the_first_to_hand_in_has_it(world, officer):
    call, person = factories.call(officer), factories.member(world["u"])
    one, two = (factories.draft(world[key], call, person=person) for key in ("u.chair", "v.chair"))
    assert finding(one, "one_entry").level == "near"
    make_move(one.pk, "submit", by=world["u.chair"])
    assert finding(two, "one_entry").level == "stop"
    make_move(one.pk, "withdraw", by=world["u.chair"], note="本人放弃")
    assert make_move(two.pk, "submit", by=world["v.chair"]).state == State.REVIEW


def test_a_prize_may_be_excepted(world, officer):
    call = factories.call(officer, one_entry_except="教育系统三八红旗手")
    person = factories.member(world["u"])
    first, second = call.categories.all()
    factories.submitted(world["u.chair"], call, person=person, category=first)
    also = factories.submitted(world["u.chair"], call, person=person, category=second)
    assert (also.state, also.claim) == (State.REVIEW, "")


def test_editions_that_share_a_word_count_together(world, officer):
    """A5: two related editions may be open at once; R8 goes across them."""
    one, two, other = (factories.call(officer, one_entry_with=word) for word in ("三八2027", "三八2027", ""))
    person = factories.member(world["u"])
    factories.submitted(world["u.chair"], one, person=person)
    with pytest.raises(Refused, match=f"已报“{one.title}的"):
        make_move(factories.draft(world["u.chair"], two, person=person).pk, "submit", by=world["u.chair"])
    assert factories.submitted(world["u.chair"], other, person=person).state == State.REVIEW


def test_control_the_constraint_holds_without_the_check(world, officer, monkeypatch):
    monkeypatch.setattr(checks, "ENGINE_CHECKS", ())
    call, person = factories.call(officer), factories.member(world["u"])
    factories.submitted(world["u.chair"], call, person=person)
    second = factories.draft(world["v.chair"], call, person=person)
    with pytest.raises(Refused, match="一人只能报一项"):
        make_move(second.pk, "submit", by=world["v.chair"])
    Entry.objects.filter(pk=second.pk).update(claim=Entry.objects.get(call=call, state=State.REVIEW).claim)
    with pytest.raises(IntegrityError, match="entry_claim_once"):
        by_hand(second.pk)


def by_hand(pk: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('portal.move', %s, true)", [str(pk)])
        Entry.objects.filter(pk=pk).update(state=State.REVIEW, submitted_at=days.now())


@pytest.mark.django_db(transaction=True)
def test_two_units_at_the_same_moment(world):
    """Both have passed every check; one gets the person."""
    call, person = factories.call(world["officer"]), factories.member(world["u"])
    pairs = [(factories.draft(world[key], call, person=person).pk, world[key]) for key in ("u.chair", "v.chair")]
    gate, results = threading.Barrier(2), []

    def hand_in(pk: int, by) -> None:
        try:
            gate.wait(10)
            results.append(make_move(pk, "submit", by=by).state)
        except Refused as refusal:
            results.append(str(refusal))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=hand_in, args=pair) for pair in pairs]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert len(results) == 2
    assert results.count(State.REVIEW) == 1, results
    assert Entry.objects.filter(call=call, state=State.REVIEW).count() == 1
