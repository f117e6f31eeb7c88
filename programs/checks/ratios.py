"""Shares that a list must keep (rule R5): shown at every level, warned below, in the way of issuing."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from programs.models import Call, Entry
from programs.queries import lists
from programs.rules.percent import WHOLE, percent_words
from programs.rules.ratios import Cure, Standing
from programs.spec import Finding, Meter, State


def title_of(standing: Standing) -> str:
    """“女职工 ≥ 40%”, with the denominator where it is not everybody."""
    ratio = standing.ratio
    sign = "≥" if ratio.floor else "≤"
    among = _("%(name)s中") % {"name": ratio.among_name} if ratio.among else ""
    return f"{among}{ratio.name} {sign} {percent_words(ratio.percent)}"


def share_words(standing: Standing) -> str:
    """“30.0%”; a dash for an empty denominator."""
    return f"{standing.n * 100 / standing.d:.1f}%" if standing.d else "—"


def _cure_words(cure: Cure, standing: Standing, noun: str) -> str:
    words = {"n": cure.n, "name": standing.ratio.name, "noun": noun}
    if cure.kind == "add":
        return _("再加 %(n)d %(noun)s%(name)s") % words
    if cure.kind == "drop":
        return _("减 %(n)d %(noun)s%(name)s") % words
    if standing.ratio.floor:
        return _("把 %(n)d %(noun)s别的换成%(name)s") % words
    return _("把 %(n)d %(noun)s%(name)s换成别的") % words


def meter_of(standing: Standing) -> Meter | None:
    """The bar of a ratio on the scale of its denominator."""
    if standing.d == 0:
        return None
    return Meter(standing.n, standing.d, standing.d * standing.ratio.percent / WHOLE)


def finding_of(standing: Standing, noun: str, worst: str) -> Finding:
    """The standing in words; ``worst`` is the level of a breach (short below, stop at issuing)."""
    title, figure, meter = title_of(standing), share_words(standing), meter_of(standing)
    unit = _("名") if noun == "人" else noun
    if standing.d == 0:
        return Finding("ratios_kept", title, figure, "good", _("名单里没有可以算的"))
    words = {
        "d": standing.d, "n": standing.n, "name": standing.ratio.name, "noun": noun, "n_spare": abs(standing.spare),
        "points": abs(standing.margin or 0),
    }  # fmt: skip
    text = _("%(d)d %(noun)s里%(name)s %(n)d %(noun)s") % words
    unknown = _("；%(n)d %(noun)s没填，不算在内") % {"n": standing.unknown, "noun": noun} if standing.unknown else ""
    if standing.kept:
        if standing.spare == 0:
            edge = _("，一%(unit)s也不能少") if standing.ratio.floor else _("，一%(unit)s也不能多")
            return Finding("ratios_kept", title, figure, "near", text + edge % {"unit": unit} + unknown, meter=meter)
        side = _("，比底线多 %(n_spare)d %(noun)s") if standing.ratio.floor else _("，离上限还有 %(n_spare)d %(noun)s")
        return Finding("ratios_kept", title, figure, "good", text + side % words + unknown, meter=meter)
    side = _("，少 %(n_spare)d %(noun)s") if standing.ratio.floor else _("，多 %(n_spare)d %(noun)s")
    text += side % words + _("，差 %(points).1f 个百分点") % words + unknown
    cure = _("，或").join(_cure_words(one, standing, unit) for one in standing.cures)
    return Finding("ratios_kept", title, figure, worst, text, cure, meter=meter)


def list_findings(call: Call, rows: Iterable[Entry], worst: str = "stop") -> list[Finding]:
    """How a whole list stands to every ratio of the edition: on the slate, and in the way of notice and decision."""
    return [finding_of(one, call.program.noun, worst) for one in lists.standings(call, rows)]


def issuing(call: Call, rows: QuerySet[Entry]) -> list[Finding]:
    """What stops these entries from going out as one list."""
    if not call.rules.get("ratios"):
        return []
    return [one for one in list_findings(call, lists.with_facts(call, rows)) if one.stops]


def ratios_kept(entry: Entry, move: str) -> list[Finding]:
    """R5 beside one entry: the unit's own list while it writes, its desk's list, the slate with this one on it.

    It only warns here: a list is judged as a whole, when it goes out (``issuing``).
    """
    if move not in ("", "submit", "forward", "propose"):
        return []
    key = entry.category.key
    ratios = [one for one in lists.ratios_of(entry.call) if one.category in ("", key)]
    if not ratios:
        return []
    if entry.editable:
        rows = lists.own_list(entry)
    elif entry.desk_id == entry.call.owner_id:
        rows = Entry.objects.filter(Q(pk=entry.pk) | Q(call=entry.call_id, state__in=lists.CHOSEN))
    else:
        rows = lists.desk_list(entry.call, entry.desk)
    found = lists.standings(entry.call, lists.with_facts(entry.call, rows.exclude(state=State.RESERVE)), ratios)
    noun = entry.call.program.noun
    return [finding_of(one, noun, "short") for one in found if one.d >= max(1, one.ratio.start)]
