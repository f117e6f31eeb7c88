"""The rules of a published edition amended: read and refused as at set-up, and the places worked out anew (R1, R2)."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from portal.kit.refusal import Refused
from programs.actions.ratios import read_ratios
from programs.models import Call, Cap, Pot, Quota
from programs.queries import quotas
from programs.rules.quotas import Grant, Scheme, read_scheme, scheme_problems
from programs.rules.ratios import read_ratio

Rules = Mapping[str, Any]
#: The parts of ``Call.rules`` → how each is read, so that two ways of writing the same are the same.
READERS = {"quota": read_scheme, "ratios": lambda rows: [read_ratio(one) for one in rows]}
EMPTY: dict[str, Any] = {"quota": {}, "ratios": []}


def as_written(call: Call, scheme: Rules, ratios: Iterable[Rules]) -> dict[str, Any]:
    """The two forms of the page as ``Call.rules`` keeps them. Raises Refused naming the line."""
    return {"quota": dict(scheme), "ratios": read_ratios(call, ratios)}


def clean(call: Call, old: Rules, new: Rules) -> dict[str, Any]:
    """The parts that differ. Raises Refused where a scheme leaves a number of people without a line, or with two."""
    found = {}
    for part, value in new.items():
        if part not in READERS:
            raise Refused(_("修改里有不认识的东西"))
        try:
            before, after = (READERS[part](raw) for raw in (old.get(part, EMPTY[part]), value))
        except ValueError as problem:
            raise Refused(str(problem), part) from problem
        if before != after:
            found[part] = value
    if "quota" in found:
        names = dict(call.categories.values_list("key", "name"))
        if problems := scheme_problems(read_scheme(found["quota"]), names):
            raise Refused("；".join(problems), "quota")
    return found


def _grants(call: Call, scheme: Scheme) -> dict[tuple[int, int], Grant]:
    """(unit, category) → what the scheme gives."""
    worked = quotas.work_out(call, scheme, list(call.categories.all()), quotas.units_of(call)).grants
    return {(unit, category): given for unit, row in worked.items() for category, given in row.items()}


def _own(call: Call) -> dict[tuple[int, int], Quota]:
    rows = quotas.of_units(Quota.objects.filter(category__call=call)).select_related("organization")
    return {(one.organization_id, one.category_id): one for one in rows}


def _wandered(row: Quota | None, was: Grant | None) -> int:
    """Places that a unit gave back (negative) or got besides since publication: a new scheme leaves them so."""
    if row is None or was is None or row.pot_id or was.pot is not None:
        return 0
    return row.places - was.places


def places(call: Call, old: Rules, new: Rules) -> dict[str, dict[str, int | None]]:
    """What the new scheme changes for units that no hand has set: category key → unit → places, None for none."""
    before, after = (_grants(call, read_scheme(one)) for one in (old, new))
    rows = _own(call)
    keys = dict(call.categories.values_list("pk", "key"))
    found: dict[str, dict[str, int | None]] = {}
    for at in {*before, *after, *rows}:
        row, given = rows.get(at), after.get(at)
        if row is not None and row.source == Quota.Source.HAND:
            continue
        was = None if row is None or row.pot_id else row.places
        own = given is not None and given.pot is None
        now = max(0, given.places + _wandered(row, before.get(at))) if given and own else None
        if was != now:
            found.setdefault(keys[at[1]], {})[str(at[0])] = now
    return found


def rework(call: Call, old: Rules) -> None:
    """Write what the scheme now gives to every unit that no hand has set; the caller holds the edition's lock."""
    scheme = quotas.scheme_of(call)
    before, after = _grants(call, read_scheme(old)), _grants(call, scheme)
    rows = _own(call)
    kept = {(one.category_id, one.line): one for one in Pot.objects.filter(category__call=call)}
    pots = {(category, given.pot): given.places for (_unit, category), given in after.items() if given.pot is not None}
    for key, n in pots.items():
        kept[key] = _pot(kept.get(key) or Pot(category_id=key[0], line=key[1]), n)
    for at, given in after.items():
        row = rows.get(at) or Quota(organization_id=at[0], category_id=at[1], places=0, source=Quota.Source.RULE)
        if row.source == Quota.Source.HAND:
            continue
        _write(row, given, kept.get((at[1], given.pot or 0)), _wandered(rows.get(at), before.get(at)))
    for at, row in rows.items():
        if at not in after and row.source == Quota.Source.RULE:
            _room(row, 0)
            row.delete()
    Pot.objects.filter(pk__in=[one.pk for key, one in kept.items() if key not in pots]).delete()
    _caps(call, scheme)


def _pot(pot: Pot, n: int) -> Pot:
    pot.places = n
    pot.save()
    return pot


def _write(row: Quota, given: Grant, pot: Pot | None, wandered: int) -> None:
    own = given.pot is None
    n = max(0, given.places + wandered) if own else given.places
    _room(row, n if own else 0)
    row.places, row.pot, row.least = n, None if own else pot, given.least
    row.figure, row.sentence = given.figure, given.sentence[:200]
    row.save()


def _room(row: Quota, n: int) -> None:
    """What was passed on below is promised: a scheme cannot take it away."""
    if row.given > n:
        told = _("%(unit)s已经分给下面 %(given)d 个，不能少于它")
        raise Refused(told % {"unit": row.organization.short, "given": row.given})


def _caps(call: Call, scheme: Scheme) -> None:
    worked = quotas.work_out(call, scheme, [], quotas.units_of(call)).caps
    Cap.objects.filter(call=call).delete()
    Cap.objects.bulk_create([Cap(call=call, organization_id=unit, places=n) for unit, n in worked.items()])
