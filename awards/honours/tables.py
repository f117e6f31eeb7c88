"""The register of honours as a list."""

from dataclasses import replace

import django_filters
from django.db.models import Q

from awards.honours.models import Honour
from portal.kit import days
from portal.kit.tables import Column, Empty, Listing, View, filter_label
from programs.models.entries import badge
from programs.spec import State


class HonourFilter(django_filters.FilterSet):
    family = django_filters.AllValuesFilter(label="系列", empty_label=filter_label("系列"))
    level = django_filters.ChoiceFilter(label="级别", choices=Honour.Level.choices, empty_label=filter_label("级别"))
    year = django_filters.AllValuesFilter(label="年度", empty_label=filter_label("年度"))

    class Meta:
        model = Honour
        fields = ["family", "level", "year"]


def register(actor):
    """The honours that the actor may see, with what a row of the list reads."""
    return Honour.objects.visible_to(actor).select_related("certificate")


HONOURS = Listing(
    key="honours", title="荣誉登记簿", noun="项",
    columns=(
        Column("name", "获得者", phone="k", sort="pinyin", link=lambda h: h.get_absolute_url(), fixed=True),
        Column("title", "荣誉", phone="w", width=24),
        Column("unit", "当时单位", phone="w", width=30, sort="unit"),
        Column("level", "级别", value=lambda h: h.get_level_display(), phone="h"),
        Column("year", "年度", value=lambda h: str(h.year), css="num", phone="h", sort="year"),
        Column("document", "决定文号", css="num", width=22),
        Column("certificate", "证书编号", value="certificate.number", css="num", width=18, default=False,
               export_default=True),
        Column("awarded_on", "授予", value=lambda h: days.short_date(h.awarded_on), export=lambda h: h.awarded_on,
               kind="date", css="n", sort="awarded_on", phone="h"),
        Column("state", "状态", value=lambda h: badge(State.REVOKED if h.revoked else State.APPROVED), phone="s"),
        Column("revoked_document", "撤销文号", default=False, css="num", width=22),
    ),
    search=("name", "pinyin", "unit", "document", "certificate__number"),
    search_hint="姓名、拼音、单位、文号、证书编号", filters=HonourFilter,
    views=(View("all", "全部"), View("standing", "有效", Q(revoked_at__isnull=True)),
           View("revoked", "撤销", Q(revoked_at__isnull=False))),
    default_view="all", order=("-awarded_on", "pinyin", "id"),
    empty=Empty("登记簿还是空的", "签发决定以后自动登记；从前的可以导入。"),
    export_name="荣誉登记簿", source=register,
)  # fmt: skip
#: The same list for those who may read it but not take it along.
HONOURS_TO_READ = replace(HONOURS, export_name="")
LISTINGS = [HONOURS]
