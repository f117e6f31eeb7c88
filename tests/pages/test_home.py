"""The first page: everybody has one, it says what waits, and three cases cost the queries of one."""

import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.core.calendar import current
from portal.kit import days
from programs.actions.amendments import draft_amendment
from programs.actions.calls import create_call
from programs.actions.decisions import draft_decision
from programs.actions.moves import make_move
from programs.actions.notices import draft_notice, object_to, post_notice
from programs.models import Amendment, Entry
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = "optional"


def page(sign_in, actor) -> str:
    answer = sign_in(actor).get("/")
    assert answer.status_code == 200
    return answer.content.decode()


def queries(sign_in, actor) -> int:
    client = sign_in(actor)
    current()  # the calendar's overrides come from the cache, filled by whoever was first
    client.get("/")
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get("/").status_code == 200
    return len(caught)


def case(world, unit: str, call, *moves) -> Entry:
    entry = factories.submitted(world[unit], call)
    for by, name in moves:
        entry = make_move(entry.pk, name, by=world[by])
    return entry


def noticed(world, call):
    notice = draft_notice(world["officer"], call, "拟推荐对象公示", "", "正文", {"phone": "021-5555 0171"})
    return post_notice(world["officer"], notice.pk)


ROLES = ("officer", "leader", "supervisor", "auditor", "system", "security", "log", "a.officer", "a1.chair", "u.chair",
         "u.clerk", "teacher")  # fmt: skip


@pytest.mark.parametrize("who", ROLES)
def test_everybody_has_a_first_page(world, sign_in, who):
    html = page(sign_in, world[who])
    assert "<h1>" in html
    call = factories.call(world["officer"])
    case(world, "u.chair", call)
    assert page(sign_in, world[who]).count("btn-primary") <= 1


def test_the_officer_sees_what_waits_and_who_is_late(world, sign_in):
    call = factories.call(world["officer"])
    case(world, "u.chair", call)
    case(world, "a1.chair", call)
    html = page(sign_in, world["officer"])
    assert "审核 1 件" in html, "the university's; the school's still lies with its district"
    assert "1 / 4 家" in html
    assert "还没报的 3 家" in html
    assert "下面在审 1 件" in html
    district = page(sign_in, world["a.officer"])
    assert "审核 1 件" in district


def test_the_chair_sees_what_was_returned_and_what_may_be_reported(world, sign_in):
    call = factories.call(world["officer"])
    entry = case(world, "u.chair", call)
    make_move(entry.pk, "return", by=world["officer"], note="票数对不上", flags={"votes_for": "请核对"})
    factories.draft(world["u.clerk"], call)
    html = page(sign_in, world["u.chair"])
    assert "改这 1 处" in html
    assert "同意" in html, "the label of the flagged field"
    assert "接着填" in html
    assert "名额 6 个，已用 1 个" in html, "three in each of two categories; the returned one keeps its place"
    school = page(sign_in, world["a1.chair"])
    assert "甲区教育工会名额 6 个，我们报了 0 件" in school


def test_a_unit_is_not_offered_the_call_of_another_branch(world, sign_in):
    a = world["a.officer"]
    now = days.now()
    call = create_call(a, "women-flag", "甲区三八红旗手", now.year, now, now + datetime.timedelta(days=9))
    assert "甲区三八红旗手" in page(sign_in, a), "its own draft"
    type(call).objects.filter(pk=call.pk).update(state="published", published_at=now, published_by=a.user)
    assert "甲区三八红旗手" in page(sign_in, world["a1.chair"])
    assert "甲区三八红旗手" not in page(sign_in, world["b1.chair"])


def test_leader_and_supervisor_see_what_is_theirs(world, sign_in):
    call = factories.call(world["officer"])
    case(world, "u.chair", call, ("officer", "propose"))
    case(world, "v.chair", call, ("officer", "propose"))
    notice = noticed(world, call)
    line = notice.lines.first()
    object_to(notice, line, "named", "候选人的材料与事实不符，请核实。", "王某", "13800000000")
    html = page(sign_in, world["supervisor"])
    assert f"异议 · {line.name}" in html
    assert "办理异议" in html
    assert "王某" not in html
    assert "王某" not in page(sign_in, world["officer"])
    assert "1 件异议未结" in page(sign_in, world["leader"])
    draft_decision(world["officer"], call, "沪教工〔2026〕9号", "关于表彰的决定", "正文")
    assert "看过签发" in page(sign_in, world["leader"])
    assert "看过签发" not in page(sign_in, world["officer"])


def test_a_change_that_waits_for_the_second_person_stands_on_the_leaders_page(world, sign_in):
    call = factories.call(world["officer"])
    assert "确认修改" not in page(sign_in, world["leader"]), "control"
    draft_amendment(world["officer"], call.pk, {"intro": "补充说明"}, "市里追加了名额")
    text = page(sign_in, world["leader"])
    assert f"确认修改 · {call.title}" in text and "起草：市里追加了名额" in text
    assert "确认修改" not in page(sign_in, world["a.officer"])
    Amendment.objects.update(drafted_person=world["leader"].person)
    assert "确认修改" not in page(sign_in, world["leader"]), "one's own is somebody else's to confirm"


def test_a_teacher_sees_their_own_and_nobody_elses(world, sign_in):
    call = factories.call(world["officer"])
    teacher = world["teacher"]
    mine = factories.submitted(world["u.chair"], call, person=teacher.user.member)
    other = factories.submitted(world["u.chair"], call)
    html = page(sign_in, teacher)
    assert mine.get_absolute_url() in html
    assert other.get_absolute_url() not in html
    assert "我的荣誉" in html


def test_figures_of_the_administrators_hold_no_names(world, sign_in):
    call = factories.call(world["officer"])
    entry = case(world, "u.chair", call)
    for who in ("system", "security", "log"):
        assert entry.subject not in page(sign_in, world[who])


@pytest.mark.parametrize("who", ["officer", "a.officer", "u.chair", "a1.chair", "leader", "supervisor", "teacher"])
def test_three_cases_cost_what_one_costs(world, sign_in, who):
    def one_more():
        call = factories.call(world["officer"])
        case(world, "u.chair", call, ("officer", "propose"))
        case(world, "v.chair", call, ("officer", "propose"))
        notice = noticed(world, call)
        object_to(notice, notice.lines.first(), "named", "候选人的材料与事实不符，请核实。", "王某", "13800000000")
        draft_decision(world["officer"], call, f"沪教工〔2026〕{call.pk}号", "关于表彰的决定", "正文")
        case(world, "a1.chair", call)
        back = case(world, "u.chair", call)
        make_move(back.pk, "return", by=world["officer"], note="补正", flags={"votes_for": "请核对"})
        factories.submitted(world["u.chair"], call, person=world["teacher"].user.member)
        factories.draft(world["a1.chair"], call)
        factories.call(world["officer"], publish=False)

    one_more()
    first = queries(sign_in, world[who])
    one_more()
    one_more()
    assert queries(sign_in, world[who]) == first
    assert first < 45


def test_the_chart_has_a_table_and_says_who_lags(world, sign_in):
    call = factories.call(world["officer"])
    case(world, "a1.chair", call, ("a.officer", "forward"))
    html = page(sign_in, world["officer"])
    assert re.search(r"<svg class=\"chart\".*?不足七成：甲区?、乙区?", html, re.DOTALL)
    assert "看成表格" in html
    assert reverse("programs:remind", args=[call.pk]) in html
