"""工人先锋号: a team or department inside a unit (domain report A1)."""

from awards.honours import checks
from awards.honours.catalog.shared import (
    DECLARATIONS,
    DECLARED_PARAMS,
    GROUP,
    LADDER_CLASHES,
    MATERIALS,
    MEETING_PARAMS,
    PROCEDURE_CHECKS,
    RECOMMENDED,
    REGISTER,
)
from programs.spec import Naming, Program
from programs.workflows import RECOMMENDATION

WORKER_PIONEER = Program(
    key="worker-pioneer",
    title="工人先锋号",
    noun="个",
    subject="collective",
    naming=Naming("推荐哪个班组", "班组名称", "班组负责人", "班组"),
    workflow=RECOMMENDATION,
    fields=(*GROUP, *DECLARATIONS, *RECOMMENDED),
    params=(*MEETING_PARAMS, *DECLARED_PARAMS),
    materials=MATERIALS,
    checks=(*PROCEDURE_CHECKS, checks.no_recent_incident),
    clashes=LADDER_CLASHES,
    effects=REGISTER,
    categories=(("city-team", "上海市工人先锋号"),),
    number_prefix="沪教先锋",
    form_title="工人先锋号推荐审批表",
    series="工人先锋号",
    plan_words=("工人先锋号",),
    about="授予立足岗位、团结协作、成绩突出的教研组、实验室、窗口和班组。",
)
