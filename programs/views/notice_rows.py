"""The lines of a notice, and the notices of the public list, drawn at once: in a template seventy lines cost half as
much as the rest of a page, and fifty notices as much as all of it.
"""

from collections.abc import Iterable

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from portal.kit import addresses, days
from portal.kit.text import escaped
from programs.models import Notice
from programs.models.calls import program
from programs.queries.notices import Line, Listed, left


def lines(rows: Iterable[Line], detailed: bool) -> SafeString:
    """The ``<tr>`` of each line; who fell is struck, who is held waits."""
    gone, held = escaped(_("已撤下")), escaped(_("暂缓"))
    parts = []
    for n, one in enumerate(rows, 1):
        name = escaped(one.name)
        if one.gone:
            name = f'<del>{name}</del> <span class="tag">{gone}</span>'
        elif one.held:
            name += f' <span class="tag warn">{held}</span>'
        detail = f'<td class="s">{escaped(one.detail)}</td>' if detailed else ""
        parts.append(
            f'<tr><td class="n num sub desk-only">{n}</td><td class="k">{name}</td>'
            f'<td class="w">{escaped(one.unit)}</td>{detail}</tr>\n'
        )
    return mark_safe("".join(parts))  # nosec B308 # every text is escaped above


def notices(rows: list[Listed]) -> SafeString:
    """The ``<li>`` of each notice: its first day, title, whose it is, how many, and how long one may still object."""
    address, today = addresses.coded_page("programs:public_notice"), days.today()
    month, shown, over = escaped(_("月")), escaped(_("公示中")), escaped(_("已期满"))
    # many of them end on the same day
    until = {day: left(day) for day in {one.ends_on for one in rows}}
    parts = []
    for one in rows:
        is_open = one.state == Notice.State.POSTED and today <= one.ends_on
        badge = f'<span class="st st-notice">{shown}</span>' if is_open else f'<span class="tag">{over}</span>'
        size = f"{one.size:,} {program(one.program_key).noun}"
        said = "，".join(filter(None, (one.owner, one.number, size, until[one.ends_on])))
        parts.append(
            f'<li><div class="day{" soon" if is_open else ""}"><b>{one.starts_on.day}</b>'
            f"<span>{one.starts_on.month}{month}</span></div>"
            f'<div><a class="b" href="{address(one.code)}">{escaped(one.title)}</a> {badge}'
            f'<div class="sm sub">{escaped(said)}</div></div></li>\n'
        )
    return mark_safe("".join(parts))  # nosec B308 # every text is escaped above
