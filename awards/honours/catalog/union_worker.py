"""优秀工会工作者: those who work for the union by office (domain report A2)."""

from awards.honours.catalog.shared import (
    CONDITIONS,
    LADDER_CLASHES,
    MATERIALS,
    PERSON,
    PERSON_ALL_CHECKS,
    RECOMMENDED,
    REGISTER,
)
from programs.spec import Field, Program
from programs.workflows import RECOMMENDATION

UNION_WORKER = Program(
    key="union-worker",
    title="优秀工会工作者",
    noun="人",
    subject="member",
    workflow=RECOMMENDATION,
    fields=(
        *PERSON,
        Field("union_post", "工会职务", limit=60),
        Field("union_years", "从事工会工作年数", "int", minimum=0, maximum=60),
        *RECOMMENDED,
    ),
    params=CONDITIONS,
    materials=MATERIALS,
    checks=PERSON_ALL_CHECKS,
    clashes=LADDER_CLASHES,
    effects=REGISTER,
    categories=(("system-person", "教育系统优秀工会工作者"),),
    number_prefix="沪教工者",
    form_title="优秀工会工作者推荐审批表",
    series="优秀工会工作者",
    plan_words=("优秀工会工作者",),
    about="评给在工会岗位上成绩突出的专职、兼职工会干部。",
)
