"""The queue of people who may be one."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy

from portal.kit import days
from portal.kit.tables import Column, Empty, Listing, View
from portal.registry.models import Duplicate
from portal.registry.queries.duplicates import RULES


def _why(pair: Duplicate) -> str:
    return "；".join(str(RULES[rule]) for rule in pair.rules if rule in RULES)


DUPLICATES = Listing(
    key="duplicates",
    title=gettext_lazy("疑似重复的会员"),
    noun=gettext_lazy("对"),
    columns=(
        Column(
            "names",
            gettext_lazy("两条登记"),
            value=lambda pair: " / ".join(dict.fromkeys([pair.first.name, pair.second.name])),
            phone="k",
            sort="first__pinyin",
            link=lambda pair: reverse("registry:duplicate", args=[pair.pk]),
            fixed=True,
            width=18,
        ),
        Column("one", gettext_lazy("一条在"), value="first.organization.name", phone="w", width=26),
        Column("two", gettext_lazy("另一条在"), value="second.organization.name", phone="w", width=26),
        Column("why", gettext_lazy("为什么像"), value=_why, phone="w", width=30),
        Column(
            "seen",
            gettext_lazy("查到"),
            value=lambda pair: days.short_date(days.local(pair.seen_at).date()),
            css="num",
            phone="hide",
            sort="seen_at",
        ),
        Column("verdict", gettext_lazy("定了没有"), value="get_verdict_display", phone="s"),
    ),
    search=("first__name", "second__name", "^first__pinyin"),
    search_hint=gettext_lazy("姓名、拼音"),
    views=(
        View("open", gettext_lazy("没定"), Q(verdict=Duplicate.Verdict.OPEN)),
        View("merged", gettext_lazy("并成一人"), Q(verdict=Duplicate.Verdict.MERGED)),
        View("different", gettext_lazy("是两个人"), Q(verdict=Duplicate.Verdict.DIFFERENT)),
    ),
    order=("first__pinyin", "id"),
    empty=Empty(gettext_lazy("没有疑似重复的"), gettext_lazy("夜里查到的列在这里。")),
)
