"""三八红旗手: women who excel, recommended by their unions (domain report A5)."""

from awards.honours import checks
from awards.honours.catalog.shared import (
    CONDITIONS,
    MATERIALS,
    POST_KINDS,
    PROCEDURE,
    PROCEDURE_CHECKS,
    REGISTER,
    STORY,
)
from programs.checks.bars import PERSON_CHECKS
from programs.spec import Field, Program
from programs.workflows import RECOMMENDATION

WOMEN_FLAG = Program(
    key="women-flag",
    title="三八红旗手",
    noun="人",
    subject="member",
    workflow=RECOMMENDATION,
    fields=(
        Field("sex", "性别", fill="member.sex", locked=True),
        Field("birth_date", "出生日期", "date", fill="member.birth_date", locked=True),
        Field("politics", "政治面貌", fill="member.politics", locked=True),
        Field("title", "职称", fill="member.title", required=False, limit=40),
        Field("position", "职务", fill="member.position", limit=60, public=True),
        Field("post_kind", "岗位类别", "choice", choices=POST_KINDS, required=False),
        Field("hired_on", "入校日期", "date", fill="member.hired_on", locked=True),
        Field("phone", "联系电话", required=False, limit=20),
        Field("honours", "已获荣誉", "longtext", limit=300, width=3, help="近五年，最高的写在前面"),
        *PROCEDURE,
        STORY,
    ),
    params=CONDITIONS,
    materials=MATERIALS,
    checks=(checks.is_woman, *PROCEDURE_CHECKS, *PERSON_CHECKS),
    clashes=(checks.ladder_clash,),
    effects=REGISTER,
    categories=(("city-person", "上海市三八红旗手"), ("system-person", "教育系统三八红旗手")),
    number_prefix="沪教巾",
    form_title="三八红旗手推荐审批表",
    series="三八红旗手",
    plan_words=("三八红旗手", "三八红旗手（集体）"),
    about="评给在教书育人、科研、管理和服务岗位上做出突出成绩的女教职工。",
)
