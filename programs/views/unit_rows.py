"""The rows of a call's units, drawn at once: a hundred of them cost more in a template than the rest of the page."""

from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from portal.kit import addresses, days
from portal.kit.text import escaped
from programs import reports
from programs.models import Call, Category, Extension
from programs.queries.calls import Reporter, Tally


@dataclass
class UnitRow:
    """One reporting unit of a call: its places, what came, and how often it was reminded."""

    unit: Reporter
    given: dict[int, int]
    tally: Tally
    times: int = 0
    extension: Extension | None = None
    remind: bool = False

    @property
    def due(self) -> int:
        return sum(self.given.values())

    @property
    def late(self) -> bool:
        return bool(self.due) and not self.tally.up

    @property
    def stage(self) -> str:
        return reports.stage(self.tally.up, self.tally.below, self.tally.drafts, self.tally.lapsed)


def _cell(name: str, given: int | None, used: int) -> str:
    if given is None and not used:
        inside = '<span class="sub">—</span>'
    elif used > (given or 0):
        inside = f'<b class="warn-t">{used} / {given or 0}</b>'
    else:
        inside = f"{used} / {given}"
    return f'<td class="n num w"><span class="phone sub">{name} </span>{inside}</td>'


def _later(extension: Extension) -> str:
    until = _("延到 %(at)s") % {"at": days.short_datetime(extension.closes_at)}
    return f'<span title="{escaped(extension.reason)}">{escaped(until)}</span>'


def drawn(rows: list[UnitRow], call: Call, categories: list[Category], ticks: bool, extends: bool) -> SafeString:
    """The ``<tr>`` of all rows. ``ticks``: the late ones may be ticked; ``extends``: a later deadline may be given."""
    extend = addresses.pages_under("programs:extend", call.pk) if extends else None
    names = [(one.pk, escaped(one.name)) for one in categories]
    # looked up once, not for each of a hundred rows
    change, grant, pick = escaped(_("改")), escaped(_("延期…")), escaped(_("选"))
    times, until, is_open = escaped(_("已催")), escaped(_("截止")), call.is_open
    parts = []
    for row in rows:
        pk, short = row.unit.pk, escaped(row.unit.short)
        tick = ""
        if ticks and row.remind:
            tick = (
                f'<input class="form-check-input" type="checkbox" name="pk" value="{pk}" form="bulk-units" '
                f'aria-label="{pick} {short}">'
            )
        parts.append(f'<tr><td class="desk-only">{tick}</td>' if ticks else "<tr>")
        contact = f'<span class="sm sub fw-normal"> {escaped(row.unit.contact)}</span>' if row.unit.contact else ""
        parts.append(f'<td class="k">{short}{contact}</td>')
        parts += [_cell(name, row.given.get(prize), row.tally.by_category.get(prize, 0)) for prize, name in names]
        stage = escaped(row.stage)
        stage = f'<span class="warn-t">{stage}</span>' if row.late and is_open else stage
        parts.append(f'<td class="s">{stage}</td><td class="n num" data-l="{times}" data-h>{row.times}</td>')
        end = _later(row.extension) if row.extension else ""
        if extend:
            verb = change if row.extension else grant
            end += f' <a class="inl" href="{extend(pk)}" data-dialog>{verb}<span class="vh">{short}</span></a>'
        parts.append(f'<td data-l="{until}">{end}</td></tr>\n')
    return mark_safe("".join(parts))  # nosec B308 # every text is escaped above
