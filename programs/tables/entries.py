"""The lists of entries: everything one may see, and what waits for the acting post."""

import datetime
from dataclasses import replace
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from portal.core.actor import Actor
from portal.core.calendar import current
from portal.kit import days
from portal.kit.addresses import link_to
from portal.kit.tables import Bulk, Column, Empty, Listing, View, filter_label
from programs.catalog import programs
from programs.duties import HOLDERS
from programs.models import Call, Entry
from programs.queries.history import stayed
from programs.spec import EDITABLE, Duty, State

LATE_DAYS = 4


# ── what one can look for ──
def _calls(request: Any) -> QuerySet[Call]:
    return Call.objects.visible_to(request.actor).exclude(state=Call.State.DRAFT).only("title")


def _categories() -> list[tuple[str, str]]:
    return list(dict.fromkeys(pair for program in programs().values() for pair in program.categories))


class EntryFilter(django_filters.FilterSet):
    """State, edition and prize in the row; the unit (or the district above it) and the number under 更多条件."""

    state = django_filters.ChoiceFilter(label=_("状态"), choices=State.choices, empty_label=filter_label(_("状态")))
    call = django_filters.ModelChoiceFilter(label=_("评选"), queryset=_calls, empty_label=filter_label(_("评选")))
    category = django_filters.ChoiceFilter(
        label=_("奖项"), field_name="category__key", choices=_categories, empty_label=filter_label(_("奖项"))
    )
    unit = django_filters.CharFilter(label=_("单位，或它所在的区"), method="of_unit")
    number = django_filters.CharFilter(label=_("编号"), lookup_expr="contains")
    held = django_filters.BooleanFilter(label=_("因异议暂停"))

    class Meta:
        model = Entry
        fields = ["state", "call", "category", "unit", "number", "held"]

    def of_unit(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        own = Q(organization__name__contains=value)
        return queryset.filter(own | Q(organization__parent__name__contains=value))


# ── saved views ──
def _mine(actor: Actor) -> Q:
    if actor.organization_id is None or actor.role not in HOLDERS[Duty.DESK]:
        return Q(pk=None)
    return Q(desk=actor.organization_id, state=State.REVIEW)


def _to_mend(actor: Actor) -> Q:
    if actor.organization_id is None or actor.role not in HOLDERS[Duty.OWNER]:
        return Q(pk=None)
    return Q(organization=actor.organization_id, state=State.RETURNED)


def _drafts(actor: Actor) -> Q:
    return Q(organization=actor.organization_id or 0, state=State.DRAFT)


def _long(actor: Actor) -> Q:
    """Lies on one desk for four working days or more: the day before which it must have come."""
    calendar, day, left = current(), days.today(), LATE_DAYS
    while left:
        left -= calendar.is_workday(day)
        day -= datetime.timedelta(days=1)
    return Q(state=State.REVIEW, desk_since__lte=days.end_of_day(day))


# ── cells ──
def _waited(entry: Entry) -> str | SafeString:
    n = stayed(entry)
    if n is None:
        return "—"
    return format_html('<span class="bad-t b">{} 天</span>', n) if n >= LATE_DAYS else f"{n} 天"


def _day(at: datetime.datetime | None) -> str:
    return days.short_date(days.local(at).date()) if at else ""


def _short_number(entry: Entry) -> str:
    return entry.number.rpartition("〕")[2]


COLUMNS = (
    Column("number", _("编号"), value=_short_number, css="num sub", phone="desk", sort="number", export="number"),
    Column("subject", _("姓名或集体"), phone="k", sort="pinyin", link=link_to("programs:entry"), fixed=True),
    Column("unit", _("单位"), value="organization.name", phone="w", sort="organization__pinyin", width=30),
    Column("category", _("奖项"), value="category.name", phone="w", width=22),
    Column("state", _("状态"), value="badge", export="get_state_display", phone="s", sort="state"),
    Column("desk", _("在哪儿"), value="desk.short", phone="l", width=22),
    Column("rank", _("区校排名"), value=lambda e: e.rank_words or "—", css="n num", phone="h", sort="rank",
           export=lambda e: e.rank),
    Column("waited", _("已停"), value=_waited, css="n", phone="h", sort="desk_since", export=stayed),
    Column("call", _("评选"), value="call.title", default=False, width=34),
    Column("submitted", _("交上来"), value=lambda e: _day(e.submitted_at), css="n num", default=False,
           sort="submitted_at", export="submitted_at", kind="datetime"),
    Column("updated", _("更新"), value=lambda e: _day(e.updated_at), css="n num", phone="hide",
           sort="updated_at", export="updated_at", kind="datetime"),
    # chosen by whoever wants them, above all for the sheet; nothing here needs another join
    Column("code", _("单位编号"), value="organization.code", css="num sub", default=False),
    Column("kind", _("单位类别"), value="organization.get_kind_display", default=False),
    Column("sector", _("学段"), value="organization.get_sector_display", default=False),
    Column("year", _("年度"), value="call.year", css="n num", default=False, kind="int"),
    Column("revision", _("第几稿"), css="n", default=False, kind="int"),
    Column("held", _("因异议暂停"), value=lambda e: _("是") if e.held else "", default=False),
    Column("since", _("到这里"), value=lambda e: _day(e.desk_since), css="n num", default=False, sort="desk_since",
           export="desk_since", kind="datetime"),
    Column("started", _("起草"), value=lambda e: _day(e.created_at), css="n num", default=False, export="created_at",
           kind="datetime"),
    Column("saved", _("最后保存"), value=lambda e: _day(e.saved_at), css="n num", default=False, export="saved_at",
           kind="datetime"),
)  # fmt: skip


def _may_move(actor: Actor) -> bool:
    """Whether the acting post has something to do with entries at all; what exactly is asked of each."""
    return any(actor.role in HOLDERS[duty] for duty in (Duty.OWNER, Duty.DESK, Duty.OFFICER))


MINE = View("mine", _("等我审"), _mine)
MEND = View("mend", _("退回给我们的"), _to_mend)
ENTRIES = Listing(
    key="entries",
    title="推荐",
    noun="件",
    columns=COLUMNS,
    search=("organization__name", "^pinyin", "^initials", "$number", "~subject"),
    search_hint="姓名、拼音首字母、单位、编号末几位",
    filters=EntryFilter,
    views=(
        View("all", _("全部")),
        MINE,
        MEND,
        View("drafts", _("我们的草稿"), _drafts),
        View("returned", _("退回没补"), Q(state=State.RETURNED)),
        View("long", _("停了 4 天以上"), _long),
    ),
    default_view="all",
    order=("-updated_at",),
    bulk=(Bulk(_("一起办…"), "programs:bulk_entries", _may_move),),
    empty=Empty("还没有推荐", "单位交上来就在这里。"),
    export_name="推荐",
    row_label=lambda e: e.subject,
    row_class=lambda e: "need" if e.held else "",
    source=lambda actor: listed(actor),  # noqa: PLW0108 - it is defined below
)
INBOX = replace(
    ENTRIES,
    key="inbox",
    title="等我办",
    views=(MINE, MEND, View("drafts", _("我们的草稿"), _drafts)),
    default_view="mine",
    order=("desk_since",),
    bulk=(Bulk(_("一起办…"), "programs:bulk_inbox", _may_move),),
    empty=Empty("没有等你办的", "下一级交上来，或者退回给你们补正，就在这里。"),
    export_name="",
    source=None,
)


def listed(actor: Actor) -> QuerySet[Entry]:
    """Entries for a list, with what its cells read. The answers stay in the database: no list shows them."""
    rows = Entry.objects.visible_to(actor).select_related("call", "category", "organization", "desk")
    return rows.defer("data", "flags", "call__form", "call__params", "call__intro", "call__rules")


#: What the cells above read, the columns one may choose among them: a third of the columns of five tables.
_READ = (
    "call", "category", "organization", "desk", "number", "subject", "state", "rank", "rank_of", "desk_since", "held",
    "revision", "created_at", "saved_at", "submitted_at", "updated_at", "call__title", "call__year", "category__name",
    "organization__name", "organization__code", "organization__kind", "organization__sector", "desk__name",
    "desk__short_name",
)  # fmt: skip


def drawn(actor: Actor) -> QuerySet[Entry]:
    """Entries for a page of the list, with what the cells read and nothing else; the API's answers read more."""
    return listed(actor).only(*_READ)


def waiting(actor: Actor) -> QuerySet[Entry]:
    """What the acting post has to do something about: review, mend, finish writing."""
    drafts = Q(organization=actor.organization_id or 0, state__in=EDITABLE)
    return drawn(actor).filter(_mine(actor) | drafts)
