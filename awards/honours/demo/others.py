"""Editions of other awards that are being reported: results with their teams, unions scored by indicators, craftsmen."""

import datetime
from typing import Any

from awards.honours.demo.stage import Stage, places_of
from portal.kit import days
from portal.registry.models import Member
from programs.actions.drafts import save_draft
from programs.actions.moves import make_move
from programs.models import Call, Entry

RESULTS = (
    ("浦江大学", "高温管道在线测厚装置", "机械工程", "invention", "一种高温管道测厚探头", 45),
    ("临港理工大学", "实验室危化品智能存取柜", "安全工程", "utility", "带称重的试剂柜", 60),
    ("闵行1", "学生实验错误自动诊断软件", "教育信息化", "software", "实验诊断软件 V2.0", 70),
)
CRAFT = (("浦江大学", "精密仪器装调"), ("海纳电力学院", "变电站二次系统调试"), ("闵行2", "课桌椅和教具修造"))
HOMES = ("浦江大学", "临港理工大学", "沪西医科大学")


def _window() -> tuple[datetime.datetime, datetime.datetime]:
    opened = days.now() - datetime.timedelta(days=20)
    closes = days.local(days.now() + datetime.timedelta(days=15)).replace(hour=17, minute=0, second=0, microsecond=0)
    return opened, closes


def _open(stage: Stage, key: str, title: str, **params: Any) -> Call:
    opened, closes = _window()
    stage.notice_span = 8
    with days.at(opened):
        return stage.open_call(key, title, days.today().year, opened, closes, places_of, **params)


def _nominate(stage: Stage, call: Call, key: str, person: Member, answers: dict, name: str = "", at: int = 6) -> Entry:
    """A nomination that was handed in ``at`` days ago."""
    with days.at(days.now() - datetime.timedelta(days=at)):
        entry = stage.nominate(call, key, person, 0, name, files=False)
        entry = save_draft(stage.of(key), entry.pk, answers, entry.version)
        stage.attach(entry, key)
        return make_move(entry.pk, "submit", by=stage.of(key))


def innovation_edition(made: dict) -> None:
    """Results with an ordered team and shares; one is still being written, its shares short of a hundred."""
    stage, taken = made["stage"], made["taken"]
    call = _open(stage, "innovation", f"{days.today().year}年职工优秀创新成果")
    for n, (key, name, area, kind, right, share) in enumerate(RESULTS):
        head, second = stage.woman(key, taken), stage.woman(key, taken)
        person = head.name, second.name
        rows = [
            {"name": person[0], "unit": head.organization.name, "post": head.position, "front": True, "share": share},
            {"name": person[1], "unit": second.organization.name, "post": second.position, "front": True,
             "share": 100 - share},
        ]  # fmt: skip
        answers = {
            "area": area, "level": "city", "began_on": "2023-03-01", "ended_on": "2025-06-30", "phone": "021-55550177",
            "applied": "2025年7月起在本单位和两所兄弟学校使用。", "benefit": "每年少停机 120 小时，节约维修费 38 万元。",
            "rights": [{"kind": kind, "title": right, "number": f"ZL2024{n}0012345", "on": "2024-11-08"}],
            "team": rows, "summary": f"{name}解决了人工检测慢、漏检多的难题，做到不停机、当场出数。" * 3,
        }  # fmt: skip
        _nominate(stage, call, key, head, answers, name, 4 + n)
    with days.at(days.now() - datetime.timedelta(hours=5)):
        head = stage.woman("浦江大学", taken)
        draft = stage.nominate(call, "浦江大学", head, 2, "图书馆古籍除湿微环境箱", files=False)
        team = [{**draft.data["team"][0], "front": True, "share": 60},
                {"name": "顾文彬", "unit": "浦江大学图书馆", "post": "馆员", "front": True, "share": 30}]  # fmt: skip
        save_draft(stage.of("浦江大学"), draft.pk, {"team": team, "area": "文物保护"}, draft.version)


def home_edition(made: dict) -> None:
    """Unions for themselves, scored by indicators and by their members."""
    stage, taken = made["stage"], made["taken"]
    call = _open(stage, "model-home", f"{days.today().year}年模范职工之家", members_percent=0)
    field = next(one for one in call.fields if one.name == "points")
    for n, key in enumerate(HOMES):
        points = [
            {"score": weight - (n + m) % 3, "proof": f"佐证材料第 {m + 1} 件"} for m, (_w, weight) in enumerate(field.rows)
        ]  # fmt: skip
        answers = {
            "no_arrears": True, "has_congress": True, "no_penalty": True, "points": points, "ballots_sent": 600,
            "ballots_back": 583, "ballots_good": 560 - n * 9, "phone": "021-55550177",
            "honours": "2022年 教育系统模范教工之家", "summary": "工会按期换届，教代会每年两次，提案答复率 100%。" * 6,
        }  # fmt: skip
        _nominate(stage, call, key, stage.woman(key, taken), answers, at=5 + n)


def craftsman_edition(made: dict) -> None:
    """Craftsmen with the results that show their craft."""
    stage, taken = made["stage"], made["taken"]
    call = _open(stage, "craftsman", f"{days.today().year}年教育系统工匠")
    for n, (key, craft) in enumerate(CRAFT):
        results = [
            {"title": f"{craft}工法", "on": "2024-05-20", "effect": "返工率从 6% 降到 0.8%。", "proof": "附件 1"},
            {"title": f"{craft}培训教材", "on": "", "effect": "已用于 4 期培训，132 人次。", "proof": "附件 2"},
        ]
        answers = {"craft": craft, "skill": "senior", "apprentices": 6 + n, "craft_results": results}
        _nominate(stage, call, key, stage.woman(key, taken), answers, at=3 + n)
