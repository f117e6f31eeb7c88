"""Who it is, and who the group is made of (domain report A5, A6)."""

import datetime

from django.utils.translation import gettext as _

from portal.kit import days
from programs.checks.bars import closing_day
from programs.models import Entry
from programs.queries.answers import number
from programs.rules.ages import years_before
from programs.spec import Finding, Meter, Param

#: Years left before retirement; the ages themselves are data, they change.
RETIREMENT_PARAMS = (
    Param("retire_years", "离退休至少还有", default=1, minimum=0, maximum=10, unit="年", section="条件",
          help="算到截止那天；0 就是不要求"),
    Param("retire_men", "男的退休年龄", default=60, minimum=50, maximum=75, unit="岁", section="条件",
          needs=("retire_years",)),
    Param("retire_women", "女的退休年龄", default=55, minimum=50, maximum=75, unit="岁", section="条件",
          needs=("retire_years",)),
)  # fmt: skip


def is_woman(entry: Entry, move: str) -> list[Finding]:
    """The award is for women; a collective's head must be one (A5)."""
    collective = entry.call.program.subject == "collective"
    title = _("负责人是女性") if collective else _("被推荐人是女性")
    if entry.member is None:
        return [Finding("is_woman", title, _("没选"), "stop", _("请从花名册里选"), field="head")]
    if not entry.member.sex:
        text = _("花名册里%(name)s的性别没填") % {"name": entry.member.name}
        return [Finding("is_woman", title, _("没填"), "stop", text, _("去花名册补上"))]
    level = "good" if entry.member.sex == "f" else "stop"
    text = "" if level == "good" else _("花名册里%(name)s是男性") % {"name": entry.member.name}
    return [Finding("is_woman", title, entry.member.name, level, text)]


def women_share(entry: Entry, move: str) -> list[Finding]:
    """A5: at least N % of a collective are women; says how many people and points are short."""
    bound = int(entry.call.param("women_percent"))
    title = _("女职工不低于 %(n)d%%") % {"n": bound}
    staff, women = number(entry, "staff"), number(entry, "women")
    if not staff or women is None:
        return [Finding("women_share", title, _("没填"), "stop", _("在编教职工和其中女性都要填"), _("去填"), "staff")]
    if women > staff:
        text = _("女性 %(women)d，比教职工 %(staff)d 多") % {"women": women, "staff": staff}
        return [Finding("women_share", title, f"{women} / {staff}", "stop", text, field="women")]
    share = women * 100 / staff
    meter = Meter(women, staff, staff * bound / 100)
    if women * 100 >= staff * bound:
        level = "near" if (women - 1) * 100 < staff * bound else "good"
        text = _("%(staff)d 人中女 %(women)d 人") % {"staff": staff, "women": women}
        return [Finding("women_share", title, f"{share:.1f}%", level, text, meter=meter)]
    need = -(-staff * bound // 100)
    text = _("%(staff)d 人中女 %(women)d 人，少 %(n)d 人，差 %(points).1f 个百分点") % {
        "staff": staff, "women": women, "n": need - women, "points": bound - share,
    }  # fmt: skip
    return [Finding("women_share", title, f"{share:.1f}%", "stop", text, field="women", meter=meter)]


def enough_people(entry: Entry, move: str) -> list[Finding]:
    """A6: a group has at least N people."""
    least, staff = int(entry.call.param("group_least")), number(entry, "staff")
    title = _("至少 %(n)d 人") % {"n": least}
    if not least or staff is None:
        return []
    if staff >= least:
        return [Finding("group_size", title, str(staff), "near" if staff == least else "good")]
    text = _("现在 %(staff)d 人，少 %(n)d 人") % {"staff": staff, "n": least - staff}
    return [Finding("group_size", title, f"{staff} / {least}", "stop", text, field="staff")]


def retires_late_enough(entry: Entry, move: str) -> list[Finding]:
    """R6: nobody retires within N years of the closing day; the last day itself is late enough."""
    years = int(entry.call.param("retire_years"))
    if not years or entry.member is None or entry.member.birth_date is None:
        return []
    age = int(entry.call.param("retire_women" if entry.member.sex == "f" else "retire_men"))
    title = _("%(n)d 年内不退休") % {"n": years}
    # whoever was born on this day or later is young enough
    bound: datetime.date = years_before(closing_day(entry.call), age - years)
    birth = entry.member.birth_date
    words = {"birth": days.short_date(birth), "bound": days.short_date(bound), "age": age}
    if birth >= bound:
        level = "near" if birth == bound else "good"
        return [Finding("retires", title, days.short_date(birth), level, _("按 %(age)d 岁退休算") % words)]
    text = _("%(birth)s 出生，按 %(age)d 岁退休算，要在 %(bound)s 或以后出生") % words
    return [Finding("retires", title, days.short_date(birth), "stop", text, _("换一位推荐"))]
