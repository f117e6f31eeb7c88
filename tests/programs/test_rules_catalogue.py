"""Rules of the domain report's catalogue D1 that have no file of their own, each with its worked example.

R2, R3: ``test_places``, ``test_head_counts``, ``tests/unit/test_quota_rules``. R5: ``test_ratios``. R6–R10:
``test_bars``. R1 amended: ``test_amended_rules``. R13 outside the portal: ``test_outcomes``.
"""

import datetime

import pytest
from django.db import connection

from awards.honours.checks import votes_add_up
from portal.kit import days
from portal.kit.refusal import Refused
from portal.kit.text import mask_id
from programs import checks
from programs.actions import quotas
from programs.actions.calls import update_call
from programs.actions.drafts import save_draft
from programs.actions.entries import attach
from programs.actions.extensions import extend
from programs.actions.moves import make_move, moves_for
from programs.actions.ranking import save_order
from programs.actions.ratios import set_ratios
from programs.checks import answer_problem
from programs.models import Entry
from programs.queries import ranking
from programs.spec import Field, State
from tests import factories
from tests.factories.files import pdf_upload

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


@pytest.mark.parametrize(
    ("percent", "age", "figure", "stops"),
    [(25, 40, "2 / 3", True), (20, 40, "2 / 2", False), (25, 0, "2 / 5", True), (0, 40, None, False)],
)
def test_r4_a_unit_brings_enough_of_its_young_people(world, officer, percent, age, figure, stops):
    """S-DLOU18: at least 25 % of the young teachers. Ten of them and eight others: 25 % are 3, 20 % are 2, of all 5."""
    call = factories.call(officer, turnout_percent=percent, turnout_age=age)
    last = days.local(call.closes_at).date()
    young = [factories.member(world["u"], birth_date=last.replace(year=last.year - 40)) for _n in range(9)]
    young.append(factories.member(world["u"], birth_date=last.replace(year=last.year - 30)))
    for _n in range(8):
        factories.member(world["u"], birth_date=last.replace(year=last.year - 41))
    factories.submitted(world["u.chair"], call, person=young[0])
    entry = factories.submitted(world["u.chair"], call, person=young[1])
    rules = {one.rule: one for one in checks.findings(entry, "propose")}
    one = rules.get("enough_take_part")
    assert (one and one.figure, bool(one and one.stops)) == (figure, stops)
    if stops:
        assert f"再报 {int(figure[-1]) - 2} 人" == one.cure
        assert found(entry, "enough_take_part").level == "short", "the unit is warned, the slate is stopped"
        with pytest.raises(Refused, match="报名人数"):
            make_move(entry.pk, "propose", by=officer)


@pytest.mark.parametrize("limit", [500, 1500, 2000, 2500])
def test_r11_lengths_are_counted_in_chinese_characters(limit):
    """S-SZU22 500 and 2000, S-ECNU15 1500, S-USST20 2500."""
    field = Field("story", "事迹", "longtext", limit=limit)
    assert answer_problem(field, "事" * limit) == ""
    assert f"最多 {limit} 字，现在 {limit + 1} 字，多 1 字" in answer_problem(field, "事" * (limit + 1))


def test_r11_a_material_takes_so_many_files_and_the_gate_counts_them(world, officer):
    """Three sheets of the form at most; two materials are missing of three."""
    entry = factories.draft(world["u.chair"], factories.call(officer))
    form = next(one for one in entry.papers if one.name == "form")
    for n in range(form.limit + 1):
        attach(world["u.chair"], entry.pk, "form", pdf_upload(f"{n}.pdf"))
    names = list(entry.attachments.filter(item="form").values_list("file__name", flat=True))
    assert names == [f"{n}.pdf" for n in range(1, form.limit + 1)], "a full line gives its oldest up"
    entry.attachments.exclude(item="form").delete()
    one = found(Entry.objects.get(pk=entry.pk), "materials_complete")
    assert (one.figure, one.stops) == ("1 / 3", True)


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


def test_r13_a_return_names_the_fields_and_a_level_takes_back_only_its_own(world, officer):
    entry = factories.submitted(world["a1.chair"], factories.call(officer))
    back = make_move(entry.pk, "return", by=world["a.officer"], flags={"story": "写具体"}, note="补两处")
    assert (back.desk, back.flags["fields"]) == (world["a1"], {"story": "写具体"})
    with pytest.raises(Refused):
        make_move(entry.pk, "keep", by=world["b.officer"], through="undo")
    assert make_move(entry.pk, "keep", by=world["a.officer"], through="undo").desk == world["a"]
    assert make_move(entry.pk, "forward", by=world["a.officer"]).desk == world["city"]
    assert make_move(entry.pk, "recall", by=world["a.officer"], through="undo").desk == world["a"]


def test_r14_a_withdrawal_gives_the_rank_back(world, officer):
    call = factories.call(officer)
    first, second = (factories.submitted(world["a1.chair"], call) for _n in range(2))
    category, officer_a = first.category_id, world["a.officer"]

    def order(*wanted: Entry) -> list[int | None]:
        seen = {category: ranking.state_of(ranking.on_desk(officer_a, call))}
        save_order(officer_a, call.pk, {category: [one.pk for one in wanted]}, seen)
        return list(Entry.objects.filter(call=call).order_by("pk").values_list("rank", flat=True))

    assert order(first, second) == [1, 2]
    make_move(first.pk, "withdraw", by=world["a1.chair"], note="本人放弃")
    assert order(second) == [None, 1]


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


def test_r36_a_document_number_is_sealed_in_the_table_and_masked_on_the_page(world, officer, sign_in, settings):
    """All of the promises P-PI1 to P-PI7 belong to this rule; here one number, its column and its page."""
    settings.STAFF_SECOND_FACTOR = "optional"
    entry = factories.submitted(world["u.chair"], factories.call(officer))
    number = entry.member.document_number
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(m)::text FROM registry_member m WHERE id = %s", [entry.member_id])
        (kept,) = cursor.fetchone()
    page = sign_in(officer).get(entry.get_absolute_url()).content.decode()
    assert (kept.count(number), page.count(number), page.count(mask_id(number))) == (0, 0, 1)


def test_r37_the_seal_belongs_to_the_version_it_was_printed_from(world, officer):
    entry = factories.draft(world["u.chair"], factories.call(officer))
    save_draft(world["u.chair"], entry.pk, {"position": "系主任"}, entry.version)
    with pytest.raises(Refused, match="按旧内容打印"):
        make_move(entry.pk, "submit", by=world["u.chair"])
