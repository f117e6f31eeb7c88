"""Amending a published edition: drafted by one person, confirmed by another, kept as a new version (R1, S9)."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from portal.core import jobs, trail
from portal.core.actor import Actor
from portal.kit import days
from portal.kit.refusal import Refused
from programs.actions import amended_rules
from programs.actions.calls import clean_param
from programs.models import Amendment, Call, CallVersion, Category, Quota
from programs.queries import versions
from programs.spec import thaw_fields, thaw_materials

#: What a form's parts may consist of; an amendment brings nothing else in.
PARTS = frozenset({"opens_at", "closes_at", "intro", "params", "totals", "quotas", "form", "rules"})


def keep_version(call: Call, by: Actor) -> CallVersion:
    """Write down how the edition stands now, as its next version."""
    last = versions.last_version(call)
    return CallVersion.objects.create(
        call=call, number=last.number + 1 if last else 1, content=versions.stands(call), at=days.now(), by=by.user
    )


def _published(by: Actor, call_id: int) -> Call:
    call = Call.objects.select_for_update(of=("self",)).select_related("owner").get(pk=call_id)
    if call.owner_id != by.organization_id or by.role not in ("officer", "leader"):
        raise Refused(_("这项评选不归你们主办"))
    if call.state != Call.State.PUBLISHED:
        raise Refused(_("只有发布了的才要走修改，草稿直接改"))
    return call


def clean(call: Call, content: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """The change with typed figures, only what differs from ``content``. Raises Refused with the bound it breaks."""
    if set(change) - PARTS:
        raise Refused(_("修改里有不认识的东西"))
    new = {name: value for name, value in change.items() if name not in ("params", "totals", "quotas", "rules")}
    params = {one.name: one for one in call.program.params}
    figures = {name: clean_param(params[name], raw) for name, raw in change.get("params", {}).items()}
    new["params"] = {name: n for name, n in figures.items() if content["params"].get(name, params[name].default) != n}
    new["totals"] = {key: n for key, n in change.get("totals", {}).items() if content["totals"].get(key) != n}
    new["rules"] = amended_rules.clean(call, content["rules"], change.get("rules", {}))
    new["quotas"] = {
        key: {unit: n for unit, n in units.items() if content["quotas"].get(key, {}).get(unit) != n}
        for key, units in _places(call, content, new["rules"], change.get("quotas", {})).items()
    }
    new["quotas"] = {key: units for key, units in new["quotas"].items() if units}
    new = {name: value for name, value in new.items() if value not in ({}, content.get(name))}
    for name in ("opens_at", "closes_at"):
        if name in new and _minute(new[name]) == _minute(content[name]):
            del new[name]  # boxes of date and time have no seconds
    _sound(content, new)
    return new


def _places(call: Call, content: Mapping[str, Any], rules: Mapping[str, Any], said: Mapping[str, Any]) -> dict:
    """The places as somebody wrote them, over those that a new scheme of places comes to."""
    found = amended_rules.places(call, content["rules"].get("quota", {}), rules["quota"]) if "quota" in rules else {}
    return {key: {**found.get(key, {}), **said.get(key, {})} for key in {*found, *said}}


def _minute(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).astimezone(datetime.UTC).replace(second=0, microsecond=0)


def _sound(content: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    if not new:
        raise Refused(_("和现在的一样，没有要改的"))
    after = versions.overlaid(content, new)
    opens, closes = (datetime.datetime.fromisoformat(after[name]) for name in ("opens_at", "closes_at"))
    if closes <= opens:
        raise Refused(_("截止要晚于开始"), "closes_at")
    if "closes_at" in new and closes <= days.now():
        raise Refused(_("新的截止要晚于现在"), "closes_at")
    before = {one.name: one for one in thaw_fields(content["form"])}
    names = [one.name for one in (*thaw_fields(after["form"]), *thaw_materials(after["form"]))]
    if len(names) != len(set(names)):
        raise Refused(_("有两项同名"))
    gone = [one.label for name, one in before.items() if one.locked and name not in names]
    gone += [one.label for one in thaw_materials(content["form"]) if one.printed and one.name not in names]
    if gone:
        raise Refused(_("“%(label)s”不能去掉") % {"label": gone[0]})


@transaction.atomic
def draft_amendment(by: Actor, call_id: int, change: Mapping[str, Any], reason: str) -> Amendment:
    """Propose a change; nothing is changed by it. One draft at a time."""
    call = _published(by, call_id)
    if not reason.strip():
        raise Refused(_("请写明为什么改，单位照原样看到"), "reason")
    if Amendment.objects.filter(call=call, state=Amendment.State.DRAFT).exists():
        raise Refused(_("还有一份修改等确认，先确认或作废那一份"))
    last = versions.last_version(call) or keep_version(call, by)
    amendment = Amendment.objects.create(
        call=call, base=last.number, reason=reason.strip(), change=clean(call, versions.stands(call), change),
        drafted_by=by.user, drafted_person=by.person, drafted_at=days.now(),
    )  # fmt: skip
    trail.write(by, "amendment.draft", amendment, note=amendment.reason, change={"parts": sorted(amendment.change)})
    return amendment


def _draft(by: Actor, amendment_id: int) -> tuple[Amendment, Call]:
    call_id = Amendment.objects.values_list("call_id", flat=True).get(pk=amendment_id)
    call = _published(by, call_id)
    amendment = Amendment.objects.select_for_update().get(pk=amendment_id)
    if amendment.state != Amendment.State.DRAFT:
        raise Refused(_("这份修改已经%(state)s") % {"state": amendment.get_state_display()})
    return amendment, call


@transaction.atomic
def drop_amendment(by: Actor, amendment_id: int) -> Amendment:
    """Give a draft up; the edition stays as it is."""
    amendment, _call = _draft(by, amendment_id)
    amendment.state = Amendment.State.DROPPED
    amendment.save(update_fields=["state"])
    trail.write(by, "amendment.drop", amendment)
    return amendment


@transaction.atomic
def confirm_amendment(by: Actor, amendment_id: int) -> Amendment:
    """Put a change into force as a new version, and tell everybody whom it concerns. Never one's own draft (S9)."""
    amendment, call = _draft(by, amendment_id)
    if by.person == amendment.drafted_person or by.user.pk == amendment.drafted_by_id:
        raise Refused(_("起草和确认要两个人，请领导或另一位工作人员确认"))
    last = versions.last_version(call)
    if last is None or last.number != amendment.base:
        raise Refused(_("起草以后评选又改过，请照新的重新起草"))
    _apply(call, clean(call, versions.stands(call), amendment.change), amendment.reason)
    amendment.state, amendment.makes = Amendment.State.CONFIRMED, keep_version(call, by)
    amendment.confirmed_by, amendment.confirmed_person, amendment.confirmed_at = by.user, by.person, days.now()
    amendment.save()
    trail.write(by, "amendment.confirm", amendment, note=amendment.reason, change={"version": amendment.makes.number})
    title = _("通知各单位：%(title)s有修改") % {"title": call.title}
    jobs.start("programs.tell_amendment", by, title, {"amendment": amendment.pk})
    return amendment


def _apply(call: Call, change: Mapping[str, Any], reason: str) -> None:
    for name in ("opens_at", "closes_at"):
        if name in change:
            setattr(call, name, datetime.datetime.fromisoformat(change[name]))
    call.intro, call.form = change.get("intro", call.intro), change.get("form", call.form)
    call.params = {**call.params, **change.get("params", {})}
    call.version, call.amended = call.version + 1, call.amended + 1
    scheme, call.rules = call.rules.get("quota", {}), {**call.rules, **change.get("rules", {})}
    call.save()
    if "quota" in change.get("rules", {}):
        amended_rules.rework(call, scheme)
    categories = {one.key: one for one in call.categories.select_for_update()}
    for key, n in change.get("totals", {}).items():
        categories[key].places = n
        categories[key].save(update_fields=["places"])
    for key, units in change.get("quotas", {}).items():
        _issue(categories[key], units, reason)
    for one in categories.values():
        _count(one)


def _issue(category: Category, units: Mapping[str, int | None], reason: str) -> None:
    """Set the places of some units by hand."""
    for unit, n in units.items():
        row = Quota.objects.select_for_update().filter(category=category, organization=unit).first()
        if (row.places if row and not row.pot_id else None) == n:
            continue  # the new scheme has given it already
        row = row or Quota(category=category, organization_id=int(unit), places=0)
        if row.given > (n or 0):
            raise Refused(_("%(unit)s已经分给下面 %(given)d 个，不能少于它") % {
                "unit": row.organization.short, "given": row.given,
            })  # fmt: skip
        if n is None and row.pk:
            row.delete()
        elif n is not None:
            row.places, row.source, row.reason = n, Quota.Source.HAND, reason[:200]
            row.save()


def _count(category: Category) -> None:
    """What is issued in all follows the rows, so that every place stays accounted for."""
    own = Quota.objects.filter(category=category, above__isnull=True, pot__isnull=True)
    category.issued = category.returned + (own.aggregate(n=Sum("places"))["n"] or 0)
    category.save(update_fields=["issued"])
