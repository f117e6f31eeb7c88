"""Places: worked out from the scheme, set by hand, fixed at publication; afterwards they only wander."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from portal.core import trail
from portal.core.actor import Actor
from portal.kit import days
from portal.kit.refusal import Refused
from portal.registry.models import Organization
from programs.models import Call, Cap, Category, Pot, Quota
from programs.queries import quotas
from programs.rules.quotas import read_scheme, scheme_problems

OFFICES = ("chair", "officer")


def draft_of(by: Actor, call_id: int) -> Call:
    """The acting officer's own draft under its lock. Raises Refused for a foreign or a published edition."""
    call = Call.objects.select_for_update().select_related("owner").get(pk=call_id)
    if call.owner_id != by.organization_id or by.role != "officer":
        raise Refused(_("这项评选不归你们主办"))
    if call.state != Call.State.DRAFT:
        raise Refused(_("已经发布，条件和表格都冻结了"))
    return call


# ── setting up ──
@transaction.atomic
def set_scheme(by: Actor, call_id: int, data: Mapping[str, Any]) -> Call:
    """Keep the scheme of places and work it out. Raises Refused naming the boundary that it leaves undefined."""
    call = draft_of(by, call_id)
    try:
        scheme = read_scheme(data)
    except ValueError as problem:
        raise Refused(str(problem), "scheme") from problem
    if found := scheme_problems(scheme, {one.key: one.name for one in call.categories.all()}):
        raise Refused("；".join(found), "scheme")
    call.rules = {**call.rules, "quota": dict(data)}
    call.save(update_fields=["rules"])
    work_out_places(call)
    trail.write(by, "call.scheme", call, change={"lines": len(scheme.lines)})
    return call


@transaction.atomic
def set_places(
    by: Actor, call_id: int, totals: Mapping[int, int], table: Mapping[int, Mapping[int, int | None]],
    reasons: Mapping[int, str] | None = None,
) -> Call:  # fmt: skip
    """Set places in all (category → n) and by hand per unit (unit → category → n; None leaves it to the scheme).

    A number that differs from what the scheme gives needs the unit's reason.
    """
    call, reasons = draft_of(by, call_id), reasons or {}
    categories = {one.pk: one for one in call.categories.all()}
    units = list(Organization.objects.filter(parent=call.owner_id, pk__in=list(table)))
    if set(totals) - set(categories) or set(table) - {one.pk for one in units}:
        raise Refused(_("名额表里有不属于这项评选的单位或奖项"))
    for pk, n in totals.items():
        categories[pk].places = n
    Category.objects.bulk_update(categories.values(), ["places"])
    ruled = quotas.work_out(call, quotas.scheme_of(call), list(categories.values()), units).grants
    keep: list[Quota] = []
    for unit in units:
        for pk, n in table[unit.pk].items():
            given = ruled[unit.pk].get(pk)
            if pk not in categories or n is None or (given and given.pot is None and given.places == n):
                continue
            reason = reasons.get(unit.pk, "").strip()
            if given and not reason:
                text = _("%(unit)s按规则是 %(ruled)d 个，单独定成 %(n)d 个，写明理由")
                raise Refused(text % {"unit": unit.short, "ruled": given.places, "n": n}, f"r{unit.pk}")
            keep.append(Quota(category_id=pk, organization=unit, places=n, reason=reason[:200]))
    Quota.objects.filter(category__in=categories, organization__in=list(table)).delete()
    Quota.objects.bulk_create(keep, batch_size=1000)
    work_out_places(call)
    trail.write(by, "call.places", call, change={"units": len(table), "by_hand": len(keep)})
    return call


def work_out_places(call: Call) -> None:
    """Write what the scheme gives to every unit that no hand has set; the caller holds the draft's lock."""
    scheme, categories = quotas.scheme_of(call), list(call.categories.all())
    units = quotas.units_of(call)
    worked = quotas.work_out(call, scheme, categories, units)
    Quota.objects.filter(category__in=categories, source=Quota.Source.RULE).delete()
    Pot.objects.filter(category__in=categories).delete()
    Cap.objects.filter(call=call).delete()
    by_hand = set(Quota.objects.filter(category__in=categories).values_list("organization_id", "category_id"))
    pots: dict[tuple[int, int], Pot] = {}
    rows = []
    for unit, grants in worked.grants.items():
        for category, given in grants.items():
            if (unit, category) in by_hand:
                continue
            pot = None
            if given.pot is not None:
                key = (category, given.pot)
                pot = pots.setdefault(key, Pot(category_id=category, line=given.pot, places=given.places))
            rows.append(
                Quota(category_id=category, organization_id=unit, places=given.places, pot=pot, least=given.least,
                      source=Quota.Source.RULE, figure=given.figure, sentence=given.sentence[:200])
            )  # fmt: skip
    Pot.objects.bulk_create(pots.values())
    Quota.objects.bulk_create(rows, batch_size=1000)
    Cap.objects.bulk_create([Cap(call=call, organization_id=unit, places=n) for unit, n in worked.caps.items()])


def freeze_places(call: Call) -> None:
    """At publication: with the head counts of the scheme's day, and from here on the sum stays what it is."""
    if call.rules.get("quota", {}).get("lines") and not call.rules["quota"].get("as_of"):
        call.rules["quota"]["as_of"] = days.today().isoformat()
        call.save(update_fields=["rules"])
    work_out_places(call)
    own = quotas.of_units(Quota.objects.filter(category__call=call, pot__isnull=True))
    issued = dict(own.values_list("category_id").annotate(n=Sum("places")).order_by())
    for category in call.categories.all():
        category.issued, category.returned = issued.get(category.pk, 0), 0
        category.save(update_fields=["issued", "returned"])


# ── wandering ──
def _running(quota: Quota) -> None:
    if quota.category.call.state != Call.State.PUBLISHED:
        raise Refused(_("还没有发布，或者已经结束"))
    if quota.pot_id is not None:
        raise Refused(_("这是几家合用的名额，不能分，也不用退"))


def _locked(**where: Any) -> Quota:
    rows = Quota.objects.select_for_update(of=("self",)).select_related("category__call", "organization")
    return rows.get(**where)


@transaction.atomic
def share_out(by: Actor, quota_id: int, shares: Mapping[int, int]) -> Quota:
    """Pass places on to the units directly below (unit → n, 0 takes them back); the others keep what they have.

    Raises Refused when more is passed on than there is, or less than a unit has already used.
    """
    quota = _locked(pk=quota_id)
    _running(quota)
    if by.organization_id != quota.organization_id or by.role not in OFFICES:
        raise Refused(_("名额由%(unit)s自己分") % {"unit": quota.organization.short})
    below = {one.pk: one for one in Organization.objects.filter(parent=quota.organization_id, active=True)}
    if set(shares) - set(below) or any(n < 0 for n in shares.values()):
        raise Refused(_("只能分给自己下面的单位"))
    rows = {one.organization_id: one for one in quota.shares.select_for_update().order_by("pk")}
    used = quotas.used_below(quota.organization, quota.category_id)
    for unit, n in shares.items():
        row = rows.get(unit)
        taken = max(used.get(unit, 0), row.given if row else 0)
        if row and n < row.places and n < taken:
            text = _("%(unit)s已经用了 %(used)d 个，不能只分 %(n)d 个")
            raise Refused(text % {"unit": below[unit].short, "used": taken, "n": n}, f"s{unit}")
    total = sum(shares.get(unit, rows[unit].places if unit in rows else 0) for unit in {*rows, *shares})
    if total > quota.places:
        text = _("一共 %(places)d 个，分出去 %(total)d 个，多 %(over)d 个")
        raise Refused(text % {"places": quota.places, "total": total, "over": total - quota.places})
    change = {}
    for unit, n in shares.items():
        row = rows.get(unit) or Quota(category=quota.category, organization=below[unit], above=quota, places=0)
        if row.places == n:
            continue
        change[str(unit)] = [row.places, n]
        row.places, row.source = n, Quota.Source.SHARE
        row.sentence = _("%(unit)s分的") % {"unit": quota.organization.short}
        row.save()
    quota.given = total
    quota.save(update_fields=["given"])
    trail.write(by, "quota.share", quota.category.call, change={"category": quota.category_id, "shares": change})
    return quota


@transaction.atomic
def give_back(by: Actor, quota_id: int, n: int, reason: str) -> Quota:
    """Return unused places: to the unit above that passed them on, else to the owner, who may give them to others."""
    # Down the tree, like every other lock of places: what lies above first.
    above_id = Quota.objects.values_list("above_id", flat=True).get(pk=quota_id)
    above = _locked(pk=above_id) if above_id else None
    quota = _locked(pk=quota_id)
    _running(quota)
    if by.organization_id != quota.organization_id or by.role not in OFFICES:
        raise Refused(_("名额由%(unit)s自己退") % {"unit": quota.organization.short})
    free = quota.left - quotas.used_of(quota)
    if n < 1 or n > free:
        raise Refused(_("没用的有 %(free)d 个，只能退 1—%(free)d 个") % {"free": max(free, 0)}, "n")
    if not reason.strip():
        raise Refused(_("写明理由"), "reason")
    quota.places -= n
    quota.save(update_fields=["places"])
    if above is not None:
        above.given -= n
        above.save(update_fields=["given"])
    else:
        category = Category.objects.select_for_update().get(pk=quota.category_id)
        category.returned += n
        category.save(update_fields=["returned"])
    change = {"category": quota.category_id, "organization": quota.organization_id, "n": n}
    trail.write(by, "quota.return", quota.category.call, note=reason.strip(), change=change)
    return quota


@transaction.atomic
def reissue(by: Actor, category_id: int, organization: Organization, n: int, reason: str) -> Quota:
    """Give returned places to another unit. Raises Refused when fewer are there."""
    row = Quota.objects.filter(category=category_id, organization=organization).first()
    quota = _locked(pk=row.pk) if row else None
    category = Category.objects.select_for_update(of=("self",)).select_related("call").get(pk=category_id)
    call = category.call
    if call.owner_id != by.organization_id or by.role != "officer":
        raise Refused(_("这项评选不归你们主办"))
    if organization.parent_id != call.owner_id:
        raise Refused(_("只能给直接报到这里的单位"))
    if n < 1 or n > category.returned:
        raise Refused(_("退回来的有 %(n)d 个，只能给 1—%(n)d 个") % {"n": category.returned}, "n")
    if not reason.strip():
        raise Refused(_("写明理由"), "reason")
    if quota is None:
        quota = Quota(category=category, organization=organization, places=0)
    _running(quota)
    quota.places += n
    quota.reason = _("补给 %(n)d 个：%(reason)s") % {"n": n, "reason": reason.strip()}
    quota.reason = quota.reason[:200]
    quota.save()
    category.returned -= n
    category.save(update_fields=["returned"])
    change = {"category": category.pk, "organization": organization.pk, "n": n}
    trail.write(by, "quota.reissue", call, note=reason.strip(), change=change)
    return quota
