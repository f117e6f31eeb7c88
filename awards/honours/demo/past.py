"""The edition of two years ago, down to its certificates."""

import datetime

from awards.honours import actions as honours
from awards.honours.demo.stage import CONTACT, Stage, places_of
from awards.honours.models import Honour
from portal.kit import days
from programs.actions import decisions, notices
from programs.actions.moves import make_move


def past_edition(made: dict) -> None:
    """2024—2025: decided, registered, certificates numbered, one revoked later."""
    stage, now = Stage(made), days.now()
    made["stage"], made["taken"] = stage, set()
    opened = now - datetime.timedelta(days=760)
    with days.at(opened):
        call = stage.open_call(
            "women-flag",
            "2023—2024年度三八红旗手",
            opened.year,
            opened,
            opened + datetime.timedelta(days=45),
            places_of,
        )
    done = []
    with days.at(opened + datetime.timedelta(days=30)):
        for key in (
            "浦江大学",
            "申城师范大学",
            "临港理工大学",
            "海上交通大学",
            "滨江财经大学",
            "闵行2",
            "徐汇1",
            "崇明1",
        ):
            entry = stage.nominate(call, key, stage.woman(key, made["taken"], "钱秋萍" if key == "浦江大学" else ""), 1)
            entry = make_move(entry.pk, "submit", by=stage.of(key))
            if entry.desk_id != call.owner_id:
                make_move(entry.pk, "forward", by=stage.of(key.rstrip("0123456789")))
            make_move(entry.pk, "propose", by=stage.officer)
            done.append(entry)
    with days.at(opened + datetime.timedelta(days=50)):
        notice = notices.draft_notice(
            stage.officer, call, f"关于{call.title}拟表彰名单的公示", "沪教工示〔2024〕3号", "现予公示。", CONTACT
        )
        notices.post_notice(stage.officer, notice.pk)
    with days.at(opened + datetime.timedelta(days=70)):
        notices.end_notice(notice.pk)
        notices.archive_notice(stage.officer, notice.pk)
        paper = decisions.draft_decision(
            stage.officer, call, "沪教工〔2024〕9号", f"关于表彰{call.title}的决定", "经研究，决定表彰下列同志。"
        )
        decisions.sign_decision(stage.leader, paper.pk, paper.version)
    # Numbered at once, so that one of them can be revoked; the worker draws the PDF.
    honours.number_certificates(honours.start_certificates(stage.officer, call))
    wrong = Honour.objects.filter(entry__call=call).exclude(name="钱秋萍").order_by("pk").last()
    honours.revoke(stage.leader, wrong.pk, "沪教工〔2025〕21号", "经查，推荐材料中的获奖经历不实。")
