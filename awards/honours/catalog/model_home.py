"""模范职工之家: a union scored by indicators and by its members (domain report A2)."""

from awards.honours import checks
from awards.honours.catalog.shared import (
    COMMON_PARAMS,
    DECLARATIONS,
    DECLARED_PARAMS,
    FORM_PAPER,
    HONOUR_PAPERS,
    LADDER_CLASHES,
    NOTICE_PHOTO,
    REGISTER,
    REGISTER_CHECKS,
    UNION_PARAMS,
    UNIT,
    UNIT_NOTICE,
)
from programs.checks.rows import points_at_least
from programs.spec import Field, Material, Param, Program
from programs.workflows import RECOMMENDATION

#: The indicators of the unions' own assessment, with their weights; scored by the unit, then looked at on the spot.
POINTS = Field(
    "points", "考核指标自评", "table", "自评",
    rows=(("组织健全，按期换届", 15), ("民主管理和校务公开", 20), ("维权和帮扶", 15), ("建功立业和师德", 15),
          ("文体和普惠服务", 15), ("经费收支和经审", 10), ("阵地建设", 10)),
    columns=(
        Field("score", "自评分", "int", minimum=0),
        Field("proof", "佐证", limit=120, help="写附件名和页码"),
    ),
)  # fmt: skip
POINTS_PARAM = Param("score_least", "自评分不低于", default=80, minimum=0, maximum=100, unit="分", help="0 就是不要求")
SATISFACTION = (
    Field("ballots_sent", "发出测评票", "int", "会员测评", minimum=1, maximum=100000),
    Field("ballots_back", "收回", "int", "会员测评", minimum=1, maximum=100000),
    Field("ballots_good", "满意", "int", "会员测评", minimum=0, maximum=100000),
)
SUMMARY = Field("summary", "建家情况", "longtext", "建家情况", limit=2000, width=3)
HOME_PAPERS = (
    FORM_PAPER,
    Material("evidence", "佐证材料", kinds=("pdf", "image"), limit=20),
    NOTICE_PHOTO,
    *HONOUR_PAPERS,
)
SATISFACTION_PARAM = Param("satisfied_percent", "会员满意率不低于", default=90, minimum=0, maximum=100, unit="%")
HOME_CHECKS = (
    *REGISTER_CHECKS, checks.unit_notice_long_enough, checks.members_satisfied, checks.no_recent_incident,
    points_at_least("points", "score", "score_least"),
)  # fmt: skip

MODEL_HOME = Program(
    key="model-home",
    title="模范职工之家",
    noun="个",
    subject="organization",
    workflow=RECOMMENDATION,
    fields=(*UNIT, *DECLARATIONS, POINTS, *SATISFACTION, *UNIT_NOTICE, SUMMARY),
    params=(*COMMON_PARAMS, *DECLARED_PARAMS, *UNION_PARAMS, POINTS_PARAM, SATISFACTION_PARAM),
    materials=HOME_PAPERS,
    checks=(*HOME_CHECKS, checks.enough_members, checks.term_in_force),
    clashes=LADDER_CLASHES,
    effects=REGISTER,
    categories=(("city-home", "上海市模范职工之家"), ("system-home", "教育系统模范教工之家")),
    number_prefix="沪教家",
    form_title="模范职工之家申报表",
    series="模范职工之家",
    plan_words=("模范职工之家", "教工之家"),
    about="授予组织健全、作用突出、会员满意的基层工会，由本单位工会申报。",
)
