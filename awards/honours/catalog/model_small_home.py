"""模范职工小家: a department union or group below the unit, with its head (domain report A2)."""

from awards.honours.catalog.model_home import (
    HOME_CHECKS,
    HOME_PAPERS,
    POINTS,
    POINTS_PARAM,
    SATISFACTION,
    SATISFACTION_PARAM,
    SUMMARY,
)
from awards.honours.catalog.shared import (
    COMMON_PARAMS,
    DECLARATIONS,
    DECLARED_PARAMS,
    GROUP,
    LADDER_CLASHES,
    REGISTER,
    UNIT_NOTICE,
)
from programs.spec import Naming, Program
from programs.workflows import RECOMMENDATION

MODEL_SMALL_HOME = Program(
    key="model-small-home",
    title="模范职工小家",
    noun="个",
    subject="collective",
    naming=Naming("推荐哪个小家", "部门工会或工会小组名称", "工会主席或组长", "小家"),
    workflow=RECOMMENDATION,
    fields=(*GROUP, *DECLARATIONS, POINTS, *SATISFACTION, *UNIT_NOTICE, SUMMARY),
    params=(*COMMON_PARAMS, *DECLARED_PARAMS, POINTS_PARAM, SATISFACTION_PARAM),
    materials=HOME_PAPERS,
    checks=HOME_CHECKS,
    clashes=LADDER_CLASHES,
    effects=REGISTER,
    categories=(("city-small-home", "上海市模范职工小家"), ("system-small-home", "教育系统模范教工小家")),
    number_prefix="沪教小家",
    form_title="模范职工小家申报表",
    series="模范职工小家",
    plan_words=("模范职工小家", "教工小家"),
    about="授予单位工会下面工作活跃、会员满意的部门工会和工会小组。",
)
