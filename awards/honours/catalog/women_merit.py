"""巾帼建功标兵: women who excel at their post (domain report A6)."""

from awards.honours import checks
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

WOMEN_MERIT = Program(
    key="women-merit",
    title="巾帼建功标兵",
    noun="人",
    subject="member",
    workflow=RECOMMENDATION,
    fields=(*PERSON, *RECOMMENDED),
    params=CONDITIONS,
    materials=MATERIALS,
    checks=(checks.is_woman, *PERSON_ALL_CHECKS),
    clashes=LADDER_CLASHES,
    effects=REGISTER,
    categories=(("city-person", "上海市巾帼建功标兵"), ("system-person", "教育系统巾帼建功标兵")),
    number_prefix="沪教建",
    form_title="巾帼建功标兵推荐审批表",
    series="巾帼建功标兵",
    plan_words=("巾帼建功标兵",),
    about="评给在岗位上建功的女教职工。",
)
