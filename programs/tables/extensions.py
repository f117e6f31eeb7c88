"""The later deadlines of a call."""

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from portal.kit import days
from portal.kit.tables import Column, Empty, Listing
from programs.models import Extension


def _state(row: Extension) -> str:
    if row.withdrawn_at:
        return format_html('<span class="tag">{}</span>', _("撤回了"))
    if row.closes_at < days.now():
        return format_html('<span class="tag">{}</span>', _("过了"))
    return format_html('<span class="tag good">{}</span>', _("有效"))


def _reason(row: Extension) -> str:
    back = _("；撤回：%(why)s") % {"why": row.withdrawn_reason} if row.withdrawn_at else ""
    return f"{row.reason}{back}"


def _acts(row: Extension) -> str:
    if row.withdrawn_at or row.closes_at < days.now():
        return ""
    both = (
        '<a class="inl" href="{}" data-dialog>改…</a> '
        '<a class="inl" href="{}" data-dialog>撤回…<span class="vh">{}</span></a>'
    )
    return format_html(
        both,
        reverse("programs:extend", args=[row.call_id, row.organization_id]),
        reverse("programs:extension_back", args=[row.pk]), row.organization.short,
    )  # fmt: skip


EXTENSIONS = Listing(
    key="extensions", title=_("延期"), noun=_("个"),
    columns=(
        Column("unit", _("单位"), value="organization.name", phone="k", sort="organization__pinyin", fixed=True,
               width=30),
        Column("until", _("延到"), value=lambda r: days.short_datetime(r.closes_at), css="num", sort="closes_at",
               export="closes_at", kind="datetime"),
        Column("reason", _("理由"), value=_reason, phone="w", width=40),
        Column("by", _("谁给的"), value="granted_by.name", phone="h"),
        Column("at", _("几时"), value=lambda r: days.short_datetime(r.granted_at) if r.granted_at else "", css="num",
               phone="h", sort="granted_at", export="granted_at", kind="datetime"),
        Column("state", _("情形"), value=_state, phone="s"),
        Column("acts", _("办理"), value=_acts, export=False, phone="w"),
    ),
    search=("organization__name", "reason"), search_hint=_("单位、理由"), order=("-pk",), export_name="延期",
    empty=Empty(_("没有给过延期"), _("在评选页的单位表里，点那一家的“延期…”。")),
)  # fmt: skip
