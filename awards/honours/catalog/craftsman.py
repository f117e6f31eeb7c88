"""教育系统工匠 and 上海工匠: craft shown by at most five results; the first feeds the second (domain report A7)."""

from dataclasses import replace

from awards.honours.catalog.shared import (
    CONDITIONS,
    LADDER_CLASHES,
    MATERIALS,
    PERSON,
    PERSON_ALL_CHECKS,
    RECOMMENDED,
    REGISTER,
)
from programs.spec import Field, Material, Program
from programs.workflows import RECOMMENDATION

SKILLS = (
    ("senior", "高级技师"),
    ("technician", "技师"),
    ("high", "高级工"),
    ("title", "专业技术职称"),
    ("none", "没有等级"),
)
RESULTS = Field(
    "craft_results", "代表性成果", "table", "技能", minimum=1, maximum=5, help="最多 5 项，每项都要有佐证",
    columns=(
        Field("title", "成果", limit=80),
        Field("on", "完成日期", "date", required=False),
        Field("effect", "解决了什么、用在哪里", "longtext", limit=200),
        Field("proof", "佐证", limit=80),
    ),
)  # fmt: skip

SYSTEM_CRAFTSMAN = Program(
    key="craftsman",
    title="教育系统工匠",
    noun="人",
    subject="member",
    workflow=RECOMMENDATION,
    fields=(
        *PERSON,
        Field("craft", "技艺领域", limit=60, section="技能"),
        Field("skill", "技能等级", "choice", "技能", choices=SKILLS),
        Field("apprentices", "带徒人数", "int", "技能", minimum=0, maximum=1000),
        RESULTS,
        *RECOMMENDED,
    ),
    params=CONDITIONS,
    materials=(*MATERIALS, Material("skill_proof", "技能等级证书", required=False, limit=5)),
    checks=PERSON_ALL_CHECKS,
    clashes=LADDER_CLASHES,
    effects=REGISTER,
    categories=(("system-craftsman", "教育系统工匠"),),
    number_prefix="沪教匠",
    form_title="教育系统工匠推荐审批表",
    series="工匠",
    plan_words=("教育系统工匠",),
    about="选树在教学、实验、技能和后勤一线身怀绝技、带徒传艺的教职工。",
)
CITY_CRAFTSMAN = replace(
    SYSTEM_CRAFTSMAN,
    key="city-craftsman",
    title="上海工匠",
    categories=(("city-craftsman", "上海工匠"),),
    number_prefix="沪教沪匠",
    form_title="上海工匠推荐审批表",
    plan_words=("上海工匠",),
    about="向市总工会推荐上海工匠人选，从教育系统工匠里选。",
)
