"""三八红旗集体: groups of women who excel, led by a woman (domain report A5)."""

from awards.honours import checks
from awards.honours.catalog.shared import MATERIALS, MEETING_PARAMS, PROCEDURE, PROCEDURE_CHECKS, REGISTER, STORY
from programs.spec import Field, Param, Program
from programs.workflows import RECOMMENDATION

WOMEN_FLAG_COLLECTIVE = Program(
    key="women-flag-collective",
    title="三八红旗集体",
    noun="个",
    subject="collective",
    workflow=RECOMMENDATION,
    fields=(
        Field("head_name", "负责人", fill="member.name", locked=True, section="集体情况"),
        Field("head_title", "负责人职称", fill="member.title", required=False, limit=40, section="集体情况"),
        Field("founded", "成立年月", limit=10, help="如 2012-09", section="集体情况"),
        Field("staff", "在编教职工", "int", minimum=1, maximum=20000, section="集体情况"),
        Field("women", "其中女性", "int", minimum=0, maximum=20000, section="集体情况"),
        Field("phone", "联系电话", required=False, limit=20, section="集体情况"),
        Field("honours", "已获荣誉", "longtext", limit=300, width=3, section="集体情况", help="近五年，最高的写在前面"),
        *PROCEDURE,
        STORY,
    ),
    params=(
        *MEETING_PARAMS,
        Param("women_percent", "集体里女职工不低于", default=50, minimum=0, maximum=100, unit="%", section="条件"),
    ),
    materials=MATERIALS,
    checks=(checks.women_share, checks.is_woman, *PROCEDURE_CHECKS),
    clashes=(checks.ladder_clash,),
    effects=REGISTER,
    categories=(("city-collective", "上海市三八红旗集体"), ("system-collective", "教育系统三八红旗集体")),
    number_prefix="沪教巾集",
    form_title="三八红旗集体推荐审批表",
    series="三八红旗集体",
    plan_words=("三八红旗集体", "三八红旗手（集体）"),
    about="评给女职工占多数、由女性负责、成绩突出的教研组、部门和团队。",
)
