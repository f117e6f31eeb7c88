"""Collectives: one notice that has run out, one that is posted."""

import datetime

from awards.honours.demo.stage import CONTACT, Stage, places_of
from portal.kit import days
from programs.actions import notices
from programs.actions.moves import make_move
from programs.models import Notice

TEAMS = (("闵行1", "语文教研组"), ("徐汇2", "数学教研组"), ("杨浦3", "幼教中心"), ("浦江大学", "外国语学院教工小组"),
         ("沪西医科大学", "护理学院"), ("建桥应用技术学院", "学生服务中心"), ("静安4", "英语教研组"), ("长宁1", "心理健康教研组"))  # fmt: skip
OTHER_TEAMS = (
    ("金山1", "数学教研组"),
    ("奉贤2", "后勤保障组"),
    ("申城师范大学", "学前教育系"),
    ("海纳电力学院", "实训中心"),
)


def _collectives(stage: Stage, taken: set[int], title: str, ago: int, teams, posted: int, number: str) -> Notice:
    """Collectives from their units to a public notice that was posted ``posted`` days ago."""
    now = days.now()
    stage.notice_span, opened = 16, now - datetime.timedelta(days=ago)
    with days.at(opened):
        call = stage.open_call("women-flag-collective", title, days.local(opened).year, opened,
                               opened + datetime.timedelta(days=40), places_of)  # fmt: skip
    with days.at(opened + datetime.timedelta(days=30)):
        for key, name in teams:
            head = stage.woman(key, taken, "蒋思源" if name == "语文教研组" else "")
            entry = stage.nominate(call, key, head, 1, name)
            entry = make_move(entry.pk, "submit", by=stage.of(key))
            if entry.desk_id != call.owner_id:
                make_move(entry.pk, "forward", by=stage.of(key.rstrip("0123456789")))
            make_move(entry.pk, "propose", by=stage.officer)
    with days.at(now - datetime.timedelta(days=posted)):
        words = "经各区、高校和直属单位工会推荐，专家评审，常委会讨论，拟表彰下列集体。现予公示，接受监督。"
        title = f"关于{call.title}拟表彰名单的公示"
        draft = notices.draft_notice(stage.officer, call, title, number, words, CONTACT)
        return notices.post_notice(stage.officer, draft.pk)


def ready_edition(made: dict) -> None:
    """A notice that has run out: its decision can be drafted, signed and its certificates made at once."""
    notice = _collectives(
        made["stage"], made["taken"], "2024—2025年度三八红旗集体", 80, OTHER_TEAMS, 20, "沪教工示〔2026〕6号"
    )
    notices.end_notice(notice.pk)


def noticed_edition(made: dict) -> None:
    """Collectives on public notice, third day, one objection open."""
    stage, now = made["stage"], days.now()
    notice = _collectives(stage, made["taken"], "2025—2026年度三八红旗集体", 60, TEAMS, 4, "沪教工示〔2026〕7号")
    with days.at(now - datetime.timedelta(days=2)):
        line = notice.lines.order_by("-order").first()
        notices.object_to(
            notice, line, "named", "推荐材料里写的结对学校并不是这个集体去的，请核实。", "张明", "13900001234"
        )
