"""五一劳动奖章: persons, chosen under ratios of class, sex and rank (domain report A1)."""

from awards.honours import checks
from awards.honours.catalog.shared import (
    CONDITIONS,
    DECLARATIONS,
    DECLARED_PARAMS,
    LADDER_CLASHES,
    MATERIALS,
    PERSON,
    PERSON_ALL_CHECKS,
    PERSON_CLASS,
    RECOMMENDED,
    REGISTER,
)
from programs.spec import Program
from programs.workflows import RECOMMENDATION

MAY_DAY_PERSON = Program(
    key="may-day-person",
    title="五一劳动奖章",
    noun="人",
    subject="member",
    workflow=RECOMMENDATION,
    fields=(*PERSON, PERSON_CLASS, *DECLARATIONS, *RECOMMENDED),
    params=(*CONDITIONS, *checks.RETIREMENT_PARAMS, *DECLARED_PARAMS),
    materials=MATERIALS,
    checks=(*PERSON_ALL_CHECKS, checks.retires_late_enough, checks.no_recent_incident),
    clashes=LADDER_CLASHES,
    effects=REGISTER,
    categories=(("city-person", "上海市五一劳动奖章"),),
    number_prefix="沪教五章",
    form_title="五一劳动奖章推荐审批表",
    series="五一劳动奖章",
    plan_words=("五一劳动奖章", "五一劳动奖状（章）"),
    about="授予在本职岗位上做出突出贡献的教职工，向一线倾斜。",
)
