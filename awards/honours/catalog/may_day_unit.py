"""五一劳动奖状: a unit whose people did outstanding work (domain report A1)."""

from awards.honours import checks
from awards.honours.catalog.shared import (
    DECLARATIONS,
    DECLARED_PARAMS,
    LADDER_CLASHES,
    MATERIALS,
    MEETING_PARAMS,
    PROCEDURE_CHECKS,
    RECOMMENDED,
    REGISTER,
    UNIT,
)
from programs.spec import Field, Program
from programs.workflows import RECOMMENDATION

MAY_DAY_UNIT = Program(
    key="may-day-unit",
    title="五一劳动奖状",
    noun="个",
    subject="organization",
    workflow=RECOMMENDATION,
    fields=(
        *UNIT,
        Field("nature", "单位性质", "choice", "单位情况", choices=(("public", "公办"), ("private", "民办"))),
        *DECLARATIONS,
        *RECOMMENDED,
    ),
    params=(*MEETING_PARAMS, *DECLARED_PARAMS),
    materials=MATERIALS,
    checks=(*PROCEDURE_CHECKS, checks.no_recent_incident),
    clashes=LADDER_CLASHES,
    effects=REGISTER,
    categories=(("city-unit", "上海市五一劳动奖状"),),
    number_prefix="沪教五状",
    form_title="五一劳动奖状推荐审批表",
    series="五一劳动奖状",
    plan_words=("五一劳动奖状", "五一劳动奖状（章）"),
    about="授予在教育改革发展中做出突出贡献的单位，由本单位工会申报。",
)
