"""Ratios of an edition (R5): read from words, shown beside an entry, in the way of notice and decision."""

import datetime

import pytest

from portal.kit import days
from portal.kit.refusal import Refused
from programs import checks
from programs.actions import decisions, notices
from programs.actions.calls import publish_call
from programs.actions.moves import make_move
from programs.actions.ratios import as_typed, set_ratios
from programs.models import Call, Entry, Notice
from programs.queries import lists
from programs.rules.facts import Fact, read_conditions, words_of
from programs.spec import State
from tests import factories

pytestmark = pytest.mark.django_db

UNIVERSITY = {"name": "高校", "floor": True, "percent": "50%", "who_fact": "kind", "who": "高校工会"}
LEADERS = {"name": "县处级", "floor": False, "percent": "20%", "who_fact": "rank", "who": "县处级、厅局级及以上",
           "among_fact": "kind", "among": "高校工会"}  # fmt: skip


@pytest.fixture
def officer(world):
    return world["officer"]


def edition(officer, *rows: dict) -> Call:
    call = factories.call(officer, publish=False, places=9)
    set_ratios(officer, call.pk, rows)
    publish_call(officer, call.pk)
    return Call.objects.get(pk=call.pk)


def chosen(world, call, *keys: str, **person) -> list[Entry]:
    found = []
    for key in keys:
        who = world[f"{key}.chair"]
        entry = factories.submitted(who, call, person=factories.member(world[key], **person))
        if entry.desk_id != call.owner_id:
            make_move(entry.pk, "forward", by=world[f"{key[0]}.officer"])
        found.append(make_move(entry.pk, "propose", by=world["officer"]))
    return found


def post(world, call) -> Notice:
    notice = notices.draft_notice(world["officer"], call, "公示", "", "正文", {"电话": "021-55550123"})
    return notices.post_notice(world["officer"], notice.pk)


# reading ---------------------------------------------------------------------------------


def test_what_is_kept_reads_back_as_it_was_written(officer):
    call = factories.call(officer, publish=False)
    age = {"name": "青年", "floor": True, "percent": "33.3%", "who_fact": "age", "who": "不超过40", "start": 5}
    set_ratios(officer, call.pk, [UNIVERSITY, LEADERS, age])
    kept = as_typed(Call.objects.get(pk=call.pk))
    assert [(one["who_fact"], one["who"]) for one in kept] == [
        ("kind", "高校工会"), ("rank", "县处级、厅局级及以上"), ("age", "不超过40")
    ]  # fmt: skip
    assert (kept[1]["among_fact"], kept[1]["among"]) == ("kind", "高校工会")
    assert (kept[2]["percent"], kept[2]["start"]) == (3330, 5)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"name": ""}, "写明数谁"), ({"who": "大校长"}, "没有“大校长”，有"), ({"percent": "四成"}, "不是百分比"),
        ({"who_fact": "", "who": ""}, "按什么认"), ({"category": "other"}, "没有这个奖项"),
        ({"among": "高校工会", "among_fact": ""}, "按哪一项认"),
        ({"who_fact": "age", "who": "40以下"}, "没说含不含 40"),
    ],
)  # fmt: skip
def test_a_row_that_says_nothing_is_refused_with_its_number(officer, row, told):
    call = factories.call(officer, publish=False)
    with pytest.raises(Refused, match="比例第 2 行") as caught:
        set_ratios(officer, call.pk, [UNIVERSITY, {**UNIVERSITY, **row}])
    assert told in str(caught.value)


def test_a_floor_above_the_ceiling_is_refused(officer):
    call = factories.call(officer, publish=False)
    with pytest.raises(Refused, match="哪份名单也做不到"):
        set_ratios(officer, call.pk, [{**UNIVERSITY, "percent": "60%"}, {**UNIVERSITY, "floor": False}])


@pytest.mark.parametrize("text", ["满40", "不超过40", "满30不超过40"])
def test_bounds_read_back(text):
    fact = Fact("age", "年龄", "age")
    assert words_of(fact, read_conditions(fact, text)) == text


# shown and enforced --------------------------------------------------------------------------


def test_the_unit_is_warned_and_may_still_hand_in(world, officer):
    call = edition(officer, {**UNIVERSITY, "who": "区教育工会"})
    entry = factories.draft(world["u.chair"], call)
    found = next(one for one in checks.findings(entry) if one.rule == "ratios_kept")
    assert (found.title, found.figure, found.level) == ("高校 ≥ 50%", "0.0%", "short")
    assert found.sentence == "1 人里高校 0 人，少 1 人，差 50.0 个百分点"
    assert found.cure == "再加 1 名高校，或把 1 名别的换成高校"
    assert make_move(entry.pk, "submit", by=world["u.chair"]).state == State.REVIEW


def test_a_short_list_is_not_warned(world, officer):
    call = edition(officer, {**UNIVERSITY, "who": "区教育工会", "start": 2})
    entry = factories.draft(world["u.chair"], call)
    assert not [one for one in checks.findings(entry) if one.rule == "ratios_kept"]
    factories.draft(world["u.chair"], call)
    assert [one for one in checks.findings(entry) if one.rule == "ratios_kept"]


def test_a_breach_stops_the_notice_until_it_is_cured(world, officer):
    call = edition(officer, UNIVERSITY)
    chosen(world, call, "a1", "a2", "u")
    with pytest.raises(Refused, match=r"高校 ≥ 50%：3 人里高校 1 人，少 1 人，差 16\.7 个百分点"):
        post(world, call)
    assert Entry.objects.filter(call=call, state=State.SHORTLIST).count() == 3
    found = checks.ratios.list_findings(call, lists.with_facts(call, lists.slate_of(call)))[0]
    assert found.cure == "再加 1 名高校，或把 1 名别的换成高校"
    chosen(world, call, "v")
    Notice.objects.all().delete()
    assert post(world, call).lines.count() == 4


def test_the_denominator_is_the_subset_that_was_named(world, officer):
    call = edition(officer, LEADERS)
    chosen(world, call, "u", "u", "v", "v")
    chosen(world, call, "v", rank="division")
    chosen(world, call, "a1", rank="division")
    standing = lists.standings(call, lists.with_facts(call, lists.slate_of(call)))[0]
    assert (standing.n, standing.d, standing.spare) == (1, 5, 0)
    chosen(world, call, "u", rank="bureau")
    with pytest.raises(Refused, match="高校工会中县处级 ≤ 20%：6 人里县处级 2 人，多 1 人"):
        post(world, call)


def test_a_breach_stops_the_decision(world, officer):
    """One woman falls to an objection between notice and decision: the rest breaks the ratio."""
    call = edition(officer, UNIVERSITY)
    entries = chosen(world, call, "a1", "u")
    notice = post(world, call)
    line = notice.lines.get(entry=entries[1])
    notices.object_to(notice, line, "named", "材料里的获奖时间不对，请核实。", "张三", "13800000000")
    with days.at(days.now() + datetime.timedelta(days=20)):
        notices.end_notice(notice.pk)
        decision = decisions.draft_decision(officer, call, "沪教工〔2026〕9号", "决定", "决定表彰。")
        with pytest.raises(Refused, match="高校 ≥ 50%"):
            decisions.sign_decision(world["leader"], decision.pk, decision.version)
    assert Entry.objects.get(pk=entries[0].pk).state == State.NOTICE


def test_control_without_the_rule_the_list_goes_out(world, officer):
    call = edition(officer)
    chosen(world, call, "a1", "a2", "u")
    assert post(world, call).lines.count() == 3
