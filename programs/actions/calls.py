"""Opening, setting up and publishing an edition."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal.core import jobs, trail
from portal.core.actor import Actor
from portal.kit import days
from portal.kit.refusal import Refused
from portal.registry.models import Organization
from programs.catalog import program
from programs.models import Call, Category, Quota
from programs.spec import Param

WRITABLE = ("title", "year", "opens_at", "closes_at", "intro")


def _draft(by: Actor, call_id: int) -> Call:
    call = Call.objects.select_for_update().select_related("owner").get(pk=call_id)
    if call.owner_id != by.organization_id or by.role != "officer":
        raise Refused(_("这项评选不归你们主办"))
    if call.state != Call.State.DRAFT:
        raise Refused(_("已经发布，条件和表格都冻结了"))
    return call


def clean_param(param: Param, raw: Any) -> Any:
    """The typed value of one figure. Raises Refused with the bound it breaks."""
    if param.kind == "bool":
        return bool(raw)
    if param.kind != "int":
        return str(raw or "").strip()
    try:
        value = int(raw)
    except (TypeError, ValueError) as problem:
        raise Refused(_("%(label)s要填整数") % {"label": param.label}, param.name) from problem
    if param.minimum is not None and value < param.minimum:
        raise Refused(_("%(label)s不能少于 %(n)d") % {"label": param.label, "n": param.minimum}, param.name)
    if param.maximum is not None and value > param.maximum:
        raise Refused(_("%(label)s不能多于 %(n)d") % {"label": param.label, "n": param.maximum}, param.name)
    return value


@transaction.atomic
def create_call(
    by: Actor,
    key: str,
    title: str,
    year: int,
    opens_at: datetime.datetime,
    closes_at: datetime.datetime,
    intro: str = "",
) -> Call:
    """Open an edition as a draft: categories and figures come from the last edition of the same program, if any."""
    if closes_at <= opens_at:
        raise Refused(_("截止要晚于开始"), "closes_at")
    kind = program(key)
    before = Call.objects.filter(program_key=key, owner=by.organization).order_by("-id").first()
    if Call.objects.filter(owner=by.organization, title=title).exists():
        raise Refused(_("已经有一项叫这个名字"), "title")
    call = Call.objects.create(
        program_key=key, title=title, year=year, owner=by.organization, opens_at=opens_at, closes_at=closes_at,
        intro=intro, created_by=by.user,
        params=dict(before.params) if before else {one.name: one.default for one in kind.params},
    )  # fmt: skip
    _copy_categories(call, before)
    trail.write(by, "call.create", call, change={"program": key, "from": before.pk if before else None})
    return call


def _copy_categories(call: Call, before: Call | None) -> None:
    if before is None:
        for order, (key, name) in enumerate(call.program.categories):
            Category.objects.create(call=call, key=key, name=name, order=order)
        return
    for old in before.categories.all():
        new = Category.objects.create(call=call, key=old.key, name=old.name, places=old.places, order=old.order)
        quotas = Quota.objects.filter(category=old)
        Quota.objects.bulk_create(
            [Quota(category=new, organization_id=q.organization_id, places=q.places) for q in quotas]
        )


@transaction.atomic
def update_call(by: Actor, call_id: int, params: Mapping[str, Any], **values: Any) -> Call:
    """Change a draft's window, text and figures. Raises Refused when published or out of bounds."""
    call = _draft(by, call_id)
    for name in WRITABLE:
        if name in values:
            setattr(call, name, values[name])
    if call.closes_at <= call.opens_at:
        raise Refused(_("截止要晚于开始"), "closes_at")
    for one in call.program.params:
        if one.name in params:
            call.params[one.name] = clean_param(one, params[one.name])
    call.version += 1
    call.save()
    trail.write(by, "call.update", call, change={"fields": sorted([*values, *params])})
    return call


@transaction.atomic
def set_places(
    by: Actor, call_id: int, totals: Mapping[int, int], table: Mapping[int, Mapping[int, int | None]]
) -> Call:
    """Set places in all (category → n) and per unit (unit → category → n; None takes the quota away)."""
    call = _draft(by, call_id)
    categories = {one.pk: one for one in call.categories.all()}
    units = set(Organization.objects.filter(parent=call.owner_id).values_list("pk", flat=True))
    if set(totals) - set(categories) or set(table) - units:
        raise Refused(_("名额表里有不属于这项评选的单位或奖项"))
    for pk, n in totals.items():
        categories[pk].places = n
    Category.objects.bulk_update(categories.values(), ["places"])
    keep: list[Quota] = []
    for unit, row in table.items():
        for category, n in row.items():
            if category in categories and n is not None:
                keep.append(Quota(category_id=category, organization_id=unit, places=n))
    Quota.objects.filter(category__in=categories, organization__in=list(table)).delete()
    Quota.objects.bulk_create(keep, batch_size=1000)
    trail.write(by, "call.places", call, change={"units": len(table), "quotas": len(keep)})
    return call


def problems(call: Call) -> list[str]:
    """What keeps a draft from being published, in words; empty when it may go out."""
    found = []
    categories = list(call.categories.all())
    if not categories:
        found.append(_("还没有奖项"))
    given = set(Quota.objects.filter(category__in=categories).values_list("category_id", flat=True))
    found += [_("“%(name)s”还没有给任何单位名额") % {"name": one.name} for one in categories if one.pk not in given]
    if call.closes_at <= days.now():
        found.append(_("截止时间已经过了"))
    return found


@transaction.atomic
def publish_call(by: Actor, call_id: int) -> Call:
    """Freeze form and figures and tell the units. From here on the edition changes only by an amendment."""
    call = _draft(by, call_id)
    if found := problems(call):
        raise Refused("；".join(found))
    call.form = call.program.frozen_form()
    call.params = {one.name: call.params.get(one.name, one.default) for one in call.program.params}
    call.state, call.published_at, call.published_by = Call.State.PUBLISHED, days.now(), by.user
    call.version += 1
    call.save()
    trail.write(by, "call.publish", call, change={"version": call.version})
    jobs.start("programs.announce", by, _("通知各单位：%(title)s") % {"title": call.title}, {"call": call.pk})
    return call
