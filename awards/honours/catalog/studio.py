"""劳模创新工作室: led by and named after an honoured worker (domain report A3)."""

from awards.honours import checks
from awards.honours.catalog.shared import (
    COMMON_PARAMS,
    FORM_PAPER,
    HONOUR_PAPERS,
    LADDER_CLASHES,
    NOTICE_PHOTO,
    REGISTER,
    REGISTER_CHECKS,
    UNIT_NOTICE,
)
from programs.spec import Field, Material, Naming, Program
from programs.workflows import RECOMMENDATION

MEMBERS = Field(
    "members", "工作室成员", "table", "成员", minimum=5, maximum=30, help="可以写外单位的",
    columns=(
        Field("name", "姓名", limit=40, fill="member.name"),
        Field("unit", "单位", limit=60, fill="organization.workplace"),
        Field("title", "职称、技能等级", limit=40, required=False, fill="member.title"),
        Field("role", "分工", limit=40),
    ),
)  # fmt: skip
OUTPUTS = Field(
    "outputs", "主要成果", "table", "成果", minimum=1, maximum=10,
    columns=(
        Field("title", "成果", limit=80),
        Field("year", "年度", "int", minimum=1990, maximum=2100),
        Field("proof", "佐证", limit=80),
    ),
)  # fmt: skip

STUDIO = Program(
    key="studio",
    title="劳模创新工作室",
    noun="个",
    subject="collective",
    naming=Naming("申报哪个工作室", "工作室名称", "领衔人", "工作室", "以领衔人姓名命名，如“张三劳模创新工作室”"),
    workflow=RECOMMENDATION,
    fields=(
        Field("lead_name", "领衔人", fill="member.name", locked=True, section="工作室"),
        Field("lead_born", "领衔人出生日期", "date", "工作室", fill="member.birth_date", locked=True),
        Field("subject_field", "研究领域", limit=60, section="工作室", public=True),
        Field("founded", "建立年月", limit=10, help="如 2020-09", section="工作室"),
        Field("area", "场地面积（平方米）", "int", "工作室", minimum=0, maximum=100000),
        Field("funding", "年度经费（元）", "int", "工作室", minimum=0, maximum=100000000),
        Field("phone", "联系电话", section="工作室", limit=20),
        MEMBERS,
        OUTPUTS,
        Field("plan", "三年计划", "longtext", "工作计划", limit=1500, width=3),
        Field("results", "带教和成果", "longtext", "工作计划", limit=1500, width=3),
        *UNIT_NOTICE,
    ),
    params=(*COMMON_PARAMS, *checks.LEAD_PARAMS),
    materials=(FORM_PAPER, Material("lead_proof", "领衔人荣誉证书", limit=3), NOTICE_PHOTO, *HONOUR_PAPERS),
    checks=(checks.lead_is_honoured, *REGISTER_CHECKS, checks.unit_notice_long_enough),
    clashes=LADDER_CLASHES,
    effects=REGISTER,
    categories=(("system-studio", "教育系统劳模创新工作室"), ("city-studio", "上海市劳模创新工作室")),
    number_prefix="沪教室",
    form_title="劳模创新工作室申报表",
    series="劳模创新工作室",
    plan_words=("劳模创新工作室",),
    about="命名由劳动模范领衔、团队稳定、成果看得见的创新工作室。",
)
