"""The rows of a move over many entries: what will go, what went, what did not and why."""

import django_filters
from django.db.models import Q, QuerySet
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from portal.kit.tables import Column, Empty, Listing, View
from programs.models import BulkMove, BulkRow
from programs.models.entries import badge

_TAG = {"will": "good", "moved": "good", "wont": "warn", "refused": "warn"}


class RowFilter(django_filters.FilterSet):
    """By the reason: the page's groups lead here."""

    why = django_filters.CharFilter(label=_("原因"))

    class Meta:
        model = BulkRow
        fields = ["why"]


def _outcome(row: BulkRow) -> str:
    return format_html('<span class="tag {}">{}</span>', _TAG.get(row.outcome, ""), row.get_outcome_display())


COLUMNS = (
    Column("subject", _("姓名或集体"), value="entry.subject", phone="k", link=lambda r: r.entry.get_absolute_url(),
           fixed=True, sort="entry__pinyin"),
    Column("unit", _("单位"), value="entry.organization.name", phone="w", sort="entry__organization__pinyin", width=30),
    Column("call", _("评选"), value="entry.call.title", phone="hide", default=False, export_default=True, width=34),
    Column("number", _("编号"), value="entry.number", css="num sub", phone="desk", default=False, export_default=True),
    Column("state", _("现在"), value=lambda r: badge(r.entry.state), export="entry.get_state_display", phone="l"),
    Column("outcome", _("结果"), value=_outcome, export="get_outcome_display", phone="s", sort="outcome"),
    Column("reason", _("为什么"), phone="w", width=60),
)  # fmt: skip
WEIGHED = Listing(
    key="bulk-weighed", title=_("试算"), noun=_("件"), columns=COLUMNS, filters=RowFilter, filters_in_row=0,
    search=("entry__subject", "^entry__pinyin", "^entry__initials", "entry__organization__name"),
    search_hint=_("姓名、拼音首字母、单位"),
    views=(
        View("all", _("全部")), View("will", _("能办"), Q(outcome="will")),
        View("wont", _("不能办"), Q(outcome="wont")),
    ),
    order=("pk",), export_name="试算结果", empty=Empty(_("没有选中的")), row_label=lambda r: r.entry.subject,
)  # fmt: skip
MADE = Listing(
    key="bulk-made", title=_("每件的结果"), noun=_("件"), columns=COLUMNS, filters=RowFilter, filters_in_row=0,
    search=WEIGHED.search, search_hint=WEIGHED.search_hint,
    views=(
        View("all", _("全部")), View("moved", _("办了"), Q(outcome="moved")),
        View("left", _("没办"), ~Q(outcome="moved")),
    ),
    order=("pk",), export_name="办理结果", empty=Empty(_("没有选中的")), row_label=lambda r: r.entry.subject,
)  # fmt: skip


def rows_of(run: BulkMove) -> QuerySet[BulkRow]:
    """The rows of a run with what a line shows; the entries' answers stay in the database."""
    rows = BulkRow.objects.filter(run=run).select_related("entry__organization", "entry__call")
    return rows.defer("entry__data", "entry__flags", "entry__call__form", "entry__call__params", "entry__call__intro")
