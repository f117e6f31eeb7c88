"""Rules of the domain report's catalogue D1 that have no file of their own, each with its worked example.

R2, R3: ``test_places``, ``tests/unit/test_quota_rules``. R5: ``test_ratios``. R6–R10: ``test_bars``.
"""

import datetime

import pytest

from awards.honours.checks import votes_add_up
from portal.kit import days
from portal.kit.refusal import Refused
from programs import checks
from programs.actions import quotas
from programs.actions.calls import update_call
from programs.actions.drafts import save_draft
from programs.actions.extensions import extend
from programs.actions.moves import make_move, moves_for
from programs.actions.ratios import set_ratios
from programs.checks import answer_problem
from programs.models import Entry
from programs.spec import Field, State
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(world):
    return world["officer"]


def found(entry: Entry, rule: str, move: str = ""):
    return {one.rule: one for one in checks.findings(entry, move)}[rule]


def test_r1_rules_are_frozen_at_publication(world, officer):
    call = factories.call(officer)
    for change in (
        lambda: update_call(officer, call.pk, {"no_repeat_years": 5}),
        lambda: quotas.set_scheme(officer, call.pk, {"lines": []}),
        lambda: quotas.set_places(officer, call.pk, {}, {}),
        lambda: set_ratios(officer, call.pk, []),
    ):
        with pytest.raises(Refused, match="冻结"):
            change()


@pytest.mark.parametrize("limit", [500, 1500, 2000, 2500])
def test_r11_lengths_are_counted_in_chinese_characters(limit):
    """S-SZU22 500 and 2000, S-ECNU15 1500, S-USST20 2500."""
    field = Field("story", "事迹", "longtext", limit=limit)
    assert answer_problem(field, "事" * limit) == ""
    assert f"最多 {limit} 字，现在 {limit + 1} 字，多 1 字" in answer_problem(field, "事" * (limit + 1))


@pytest.mark.parametrize(
    ("due", "present", "votes", "figure", "stops"),
    [
        (143, 128, (119, 4, 5), "93.0%", False), (143, 128, (119, 4, 6), "129 / 128", True),
        (143, 144, (140, 2, 2), "144 / 143", True), (100, 66, (60, 3, 3), "66 / 100", True),
        (100, 67, (60, 4, 3), "89.6%", False), (100, 80, (40, 40, 0), "50.0%", True),
        (100, 81, (41, 40, 0), "50.6%", False),
    ],
)  # fmt: skip
def test_r12_the_procedure_adds_up(world, officer, due, present, votes, figure, stops):
    """Quorum 67 %, a majority of those present, votes = present ≤ expected."""
    data = dict(zip(("votes_for", "votes_against", "votes_abstain"), votes, strict=True))
    entry = factories.draft(world["u.chair"], factories.call(officer), meeting_due=due, meeting_present=present, **data)
    (finding,) = votes_add_up(entry, "submit")
    assert (finding.figure, finding.stops) == (figure, stops)


def test_r13_the_tree_is_the_route(world, officer):
    call = factories.call(officer)
    school, university = factories.submitted(world["a1.chair"], call), factories.submitted(world["u.chair"], call)
    assert (school.desk, university.desk) == (world["a"], world["city"])
    assert make_move(school.pk, "forward", by=world["a.officer"]).desk == world["city"]


def test_r14_a_withdrawal_gives_its_place_back(world, officer):
    call = factories.call(officer, places=1)
    first, second = factories.submitted(world["u.chair"], call), factories.draft(world["u.chair"], call)
    assert found(second, "quota_kept").figure == "2 / 1"
    make_move(first.pk, "withdraw", by=world["u.chair"], note="本人放弃")
    assert found(second, "quota_kept").figure == "1 / 1"
    assert make_move(second.pk, "submit", by=world["u.chair"]).state == State.REVIEW


@pytest.mark.parametrize("who", ["supervisor", "auditor"])
def test_r34_supervision_moves_nothing(world, officer, who):
    entry = factories.submitted(world["u.chair"], factories.call(officer))
    assert moves_for(world[who], entry) == []
    with pytest.raises(Refused):
        make_move(entry.pk, "propose", by=world[who])


def test_r35_the_servers_clock_to_the_second_and_an_extension(world, officer):
    call = factories.call(officer)
    mine, other = factories.draft(world["u.chair"], call), factories.draft(world["v.chair"], call)
    extend(officer, call.pk, world["v"], call.closes_at + datetime.timedelta(days=1), "换届")
    with days.at(call.closes_at):
        assert not found(mine, "window_open").stops
    with days.at(call.closes_at + datetime.timedelta(seconds=1)):
        assert found(mine, "window_open", "submit").stops
        assert not found(other, "window_open", "submit").stops


def test_r37_the_seal_belongs_to_the_version_it_was_printed_from(world, officer):
    entry = factories.draft(world["u.chair"], factories.call(officer))
    save_draft(world["u.chair"], entry.pk, {"position": "系主任"}, entry.version)
    with pytest.raises(Refused, match="按旧内容打印"):
        make_move(entry.pk, "submit", by=world["u.chair"])
