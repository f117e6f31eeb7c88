"""三八红旗手 through the whole building, at the level of actions: from the call to the revoked certificate."""

import datetime

import pytest

from awards.honours import actions as honour_actions
from awards.honours.models import Honour
from portal.core.models import Record
from portal.kit import days
from portal.kit.refusal import Refused
from programs import checks
from programs.actions import calls, decisions, notices
from programs.actions.drafts import save_draft
from programs.actions.moves import make_move, moves_for
from programs.models import Entry, Notice
from programs.spec import State
from tests import factories

pytestmark = pytest.mark.django_db


def later(n: int):
    return days.at(days.now() + datetime.timedelta(days=n))


def slate(world, call, *entries: Entry) -> None:
    for entry in entries:
        make_move(entry.pk, "propose", by=world["officer"])


def noticed(world, call) -> Notice:
    notice = notices.draft_notice(
        world["officer"], call, "公示", "沪教工示〔2026〕7号", "现予公示。", {"电话": "021-55550123"}
    )
    return notices.post_notice(world["officer"], notice.pk)


def test_a_nomination_goes_from_the_school_to_the_register(world):
    call = factories.call(world["officer"])
    mine = factories.submitted(world["a1.chair"], call)
    assert mine.desk == world["a"] and mine.state == State.REVIEW and mine.number.startswith("沪教巾〔")
    assert Entry.objects.visible_to(world["a.officer"]).filter(pk=mine.pk).exists()
    assert not Entry.objects.visible_to(world["b.officer"]).filter(pk=mine.pk).exists()

    mine = make_move(mine.pk, "forward", by=world["a.officer"])
    assert mine.desk == world["city"]
    mine = make_move(mine.pk, "return", by=world["officer"], note="票数对不上", flags={"votes_for": "与纪要不符"})
    assert (mine.state, mine.desk, mine.returned_from) == (State.RETURNED, world["a1"], world["city"])
    save_draft(world["a1.chair"], mine.pk, {"votes_for": 118, "votes_against": 5}, mine.version)
    with pytest.raises(Refused, match="按旧内容打印"):
        make_move(mine.pk, "submit", by=world["a1.chair"])
    factories.attach(world["a1.chair"], mine.pk, "form", factories.pdf_upload())
    mine = make_move(mine.pk, "submit", by=world["a1.chair"])
    assert mine.desk == world["city"] and mine.revision == 2, "mended entries go straight back"

    other = factories.submitted(world["u.chair"], call)
    slate(world, call, mine, other)
    notice = noticed(world, call)
    line = notice.lines.get(entry=other)
    assert "*" in line.name
    objection = notices.object_to(notice, line, "named", "材料里的获奖时间不对，请核实。", "张三", "13800000000")
    other.refresh_from_db()
    assert other.held

    with later(20):
        notices.end_notice(notice.pk)
        decision = decisions.draft_decision(world["officer"], call, "沪教工〔2026〕9号", "表彰决定", "决定表彰。")
        assert [x.entry_id for x in decision.lines.all()] == [mine.pk], "the held one waits, the other goes on"
        decisions.sign_decision(world["leader"], decision.pk, decision.version)
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.state, other.state) == (State.APPROVED, State.NOTICE)
    honour = Honour.objects.get(entry=mine)
    assert honour.member == mine.member and honour.document == "沪教工〔2026〕9号"

    notices.review_objection(world["supervisor"], objection.pk, "accepted", "", objection.version)
    notices.review_objection(world["supervisor"], objection.pk, "dismissed", "已核实，属实。", objection.version + 1)
    other.refresh_from_db()
    assert not other.held

    with pytest.raises(Refused):
        honour_actions.revoke(world["officer"], honour.pk, "沪教工〔2027〕1号", "弄虚作假")
    honour_actions.revoke(world["leader"], honour.pk, "沪教工〔2027〕1号", "弄虚作假")
    mine.refresh_from_db()
    assert mine.state == State.REVOKED
    acts = set(Record.objects.values_list("act", flat=True))
    assert {"call.publish", "entry.submit", "entry.return", "notice.post", "decision.sign", "honour.revoke"} <= acts


def test_no_repeat_names_the_honour_and_blocks(world):
    person = factories.member(world["u"], "钱秋萍")
    honour_actions.register_legacy(
        world["officer"], title="教育系统三八红旗手", family="三八红旗手", level="system", year=days.today().year - 1,
        awarded_on=days.today() - datetime.timedelta(days=200), member=person, organization=world["u"], name="钱秋萍",
        unit="测试大学工会",
    )  # fmt: skip
    call = factories.call(world["officer"])
    entry = factories.draft(world["u.chair"], call, person)
    found = {one.rule: one for one in checks.findings(entry)}
    assert found["no_repeat"].level == "stop" and "教育系统三八红旗手" in found["no_repeat"].sentence
    with pytest.raises(Refused, match="教育系统三八红旗手"):
        make_move(entry.pk, "submit", by=world["u.chair"])
    with days.at(days.now() + datetime.timedelta(days=1)):
        relaxed = factories.call(world["officer"], no_repeat_years=0)
        fresh = factories.draft(world["u.chair"], relaxed, person)
        assert make_move(fresh.pk, "submit", by=world["u.chair"]).state == State.REVIEW


def test_quota_is_told_below_and_blocks_at_the_owners_door(world):
    call = factories.call(world["officer"], places=1)
    first = factories.submitted(world["a1.chair"], call)
    second = factories.submitted(world["a2.chair"], call)
    make_move(first.pk, "forward", by=world["a.officer"])
    with pytest.raises(Refused, match="有 1 个名额，含这一件是 2 个，多 1 个"):
        make_move(second.pk, "forward", by=world["a.officer"])
    make_move(first.pk, "withdraw", by=world["a1.chair"], note="本人放弃")
    assert make_move(second.pk, "forward", by=world["a.officer"]).desk == world["city"]


def test_nobody_moves_their_own_matter_and_nobody_is_two_hands(world):
    call = factories.call(world["officer"])
    chair = world["u.chair"]
    chair.user.member = factories.member(world["u"], "主席本人")
    chair.user.save()
    own = factories.draft(world["u.clerk"], call, chair.user.member)
    with pytest.raises(Refused, match="本人"):
        make_move(own.pk, "submit", by=chair)
    assert [move.name for move in moves_for(chair, own)] == []
    entry = factories.submitted(world["u.clerk"], call)
    both = factories.post("officer", world["city"], world["u.clerk"].user)
    with pytest.raises(Refused, match="换一个人"):
        make_move(entry.pk, "propose", by=both)


def test_a_published_call_is_frozen_and_a_foreign_officer_cannot_touch_a_draft(world):
    call = factories.call(world["officer"], publish=False)
    with pytest.raises(Refused):
        calls.update_call(world["a.officer"], call.pk, {"notice_days": 3})
    calls.publish_call(world["officer"], call.pk)
    with pytest.raises(Refused, match="冻结"):
        calls.update_call(world["officer"], call.pk, {"notice_days": 3})
