"""The rows of a call's units, drawn at once: a hundred of them cost more in a template than the rest of the page."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from portal.kit import addresses, days
from portal.registry.models import Organization
from programs.models import Call, Category, Extension
from programs.queries.calls import Tally


@dataclass
class UnitRow:
    """One reporting unit of a call: its places, what came, and how often it was reminded."""

    unit: Organization
    given: dict[int, int]
    tally: Tally
    stage: str
    contact: str = ""
    times: int = 0
    extension: Extension | None = None
    remind: bool = False

    @property
    def due(self) -> int:
        return sum(self.given.values())

    @property
    def late(self) -> bool:
        return bool(self.due) and not self.tally.up


def _cell(name: str, given: int | None, used: int) -> str:
    if given is None and not used:
        inside = '<span class="sub">—</span>'
    elif used > (given or 0):
        inside = f'<b class="warn-t">{used} / {given or 0}</b>'
    else:
        inside = f"{used} / {given}"
    return f'<td class="n num w"><span class="phone sub">{name} </span>{inside}</td>'


def _deadline(row: UnitRow, extend: Callable[[int], str] | None) -> str:
    said = ""
    if row.extension:
        until = days.short_datetime(row.extension.closes_at)
        said = format_html('<span title="{}">{}</span>', row.extension.reason, _("延到 %(at)s") % {"at": until})
    if extend:
        verb, short = _("改") if row.extension else _("延期…"), row.unit.short
        link = ' <a class="inl" href="{}" data-dialog>{}<span class="vh">{}</span></a>'
        said += format_html(link, extend(row.unit.pk), verb, short)
    return said


def drawn(rows: list[UnitRow], call: Call, categories: list[Category], ticks: bool, extends: bool) -> list[SafeString]:
    """The ``<tr>`` of each row. ``ticks``: the late ones may be ticked; ``extends``: a later deadline may be given."""
    extend = addresses.pages_under("programs:extend", call.pk) if extends else None
    names = [(one.pk, escape(one.name)) for one in categories]
    is_open, remind_word, until_word = call.is_open, escape(_("已催")), escape(_("截止"))
    found = []
    for row in rows:
        short, parts = escape(row.unit.short), ["<tr>"]
        if ticks:
            box = (
                f'<input class="form-check-input" type="checkbox" name="pk" value="{row.unit.pk}" form="bulk-units" '
                f'aria-label="{_("选")} {short}">'
            )
            parts.append(f'<td class="desk-only">{box if row.remind else ""}</td>')
        contact = f'<span class="sm sub fw-normal"> {escape(row.contact)}</span>' if row.contact else ""
        parts.append(f'<td class="k">{short}{contact}</td>')
        parts += [_cell(name, row.given.get(pk), row.tally.by_category.get(pk, 0)) for pk, name in names]
        stage = escape(row.stage)
        stage = f'<span class="warn-t">{stage}</span>' if row.late and is_open else stage
        parts.append(f'<td class="s">{stage}</td>')
        parts.append(f'<td class="n num" data-l="{remind_word}" data-h>{row.times}</td>')
        parts.append(f'<td data-l="{until_word}">{_deadline(row, extend)}</td></tr>')
        found.append(mark_safe("".join(parts)))  # nosec B308 # every text is escaped above
    return found
