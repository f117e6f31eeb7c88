"""工会积极分子: members who help the union beside their work (domain report A2)."""

from awards.honours.catalog.shared import (
    CONDITIONS,
    LADDER_CLASHES,
    MATERIALS,
    PERSON,
    PERSON_ALL_CHECKS,
    RECOMMENDED,
    REGISTER,
)
from programs.spec import Program
from programs.workflows import RECOMMENDATION

UNION_ACTIVIST = Program(
    key="union-activist",
    title="工会积极分子",
    noun="人",
    subject="member",
    workflow=RECOMMENDATION,
    fields=(*PERSON, *RECOMMENDED),
    params=CONDITIONS,
    materials=MATERIALS,
    checks=PERSON_ALL_CHECKS,
    clashes=LADDER_CLASHES,
    effects=REGISTER,
    categories=(("system-person", "教育系统工会积极分子"),),
    number_prefix="沪教积极",
    form_title="工会积极分子推荐审批表",
    series="工会积极分子",
    plan_words=("工会积极分子",),
    about="评给热心工会工作、会员认可的教职工。",
)
