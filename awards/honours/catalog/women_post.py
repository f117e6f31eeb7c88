"""巾帼文明岗: a post where women are the most and a woman leads (domain report A6)."""

from awards.honours import checks
from awards.honours.catalog.shared import (
    GROUP,
    LADDER_CLASHES,
    MATERIALS,
    MEETING_PARAMS,
    PROCEDURE_CHECKS,
    RECOMMENDED,
    REGISTER,
)
from programs.spec import Field, Naming, Param, Program
from programs.workflows import RECOMMENDATION

WOMEN_POST = Program(
    key="women-post",
    title="巾帼文明岗",
    noun="个",
    subject="collective",
    naming=Naming("推荐哪个岗", "岗的名称", "岗长", "岗"),
    workflow=RECOMMENDATION,
    fields=(
        *GROUP,
        Field("pledge", "岗的承诺", "longtext", "创建", limit=200, width=3),
        Field("plan", "创建计划", "longtext", "创建", limit=800, width=3),
        *RECOMMENDED,
    ),
    params=(
        *MEETING_PARAMS,
        Param("women_percent", "岗上女职工不低于", default=60, minimum=0, maximum=100, unit="%"),
        Param("group_least", "岗上至少", default=3, minimum=0, maximum=100, unit="人"),
    ),
    materials=MATERIALS,
    checks=(checks.women_share, checks.enough_people, checks.is_woman, *PROCEDURE_CHECKS),
    clashes=LADDER_CLASHES,
    effects=REGISTER,
    categories=(("city-post", "上海市巾帼文明岗"), ("system-post", "教育系统巾帼文明岗")),
    number_prefix="沪教岗",
    form_title="巾帼文明岗申报表",
    series="巾帼文明岗",
    plan_words=("巾帼文明岗",),
    about="授予女职工占多数、由女性负责、创建有成效的岗位和集体。",
)
