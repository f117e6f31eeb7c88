"""心系教职工好领导: heads of units who care for their staff (domain report A2)."""

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

CARING_LEADER = Program(
    key="caring-leader",
    title="心系教职工好领导",
    noun="人",
    subject="member",
    workflow=RECOMMENDATION,
    fields=(*PERSON, Field("supports", "支持工会的实事", "longtext", limit=500, width=3), *RECOMMENDED),
    params=CONDITIONS,
    materials=MATERIALS,
    checks=PERSON_ALL_CHECKS,
    clashes=LADDER_CLASHES,
    effects=REGISTER,
    categories=(("system-person", "教育系统心系教职工好领导"),),
    number_prefix="沪教好领",
    form_title="心系教职工好领导推荐审批表",
    series="心系教职工好领导",
    plan_words=("心系教职工好领导",),
    about="评给关心教职工、支持工会工作的单位党政领导。",
)
