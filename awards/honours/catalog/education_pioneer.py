"""教育先锋号: a team whose teaching and service lead (domain report A2)."""

from awards.honours.catalog.shared import (
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

EDUCATION_PIONEER = Program(
    key="education-pioneer",
    title="教育先锋号",
    noun="个",
    subject="collective",
    naming=Naming("推荐哪个团队", "团队名称", "团队负责人", "团队"),
    workflow=RECOMMENDATION,
    fields=(*GROUP, *RECOMMENDED),
    params=MEETING_PARAMS,
    materials=MATERIALS,
    checks=PROCEDURE_CHECKS,
    clashes=LADDER_CLASHES,
    effects=REGISTER,
    categories=(("system-team", "教育系统教育先锋号"),),
    number_prefix="沪教育锋",
    form_title="教育先锋号推荐审批表",
    series="教育先锋号",
    plan_words=("教育先锋号",),
    about="评给教书育人和服务师生走在前面的教研组、院系和部门。",
)
