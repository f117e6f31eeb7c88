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
from programs.actions.quotas import draft_of, freeze_places, work_out_places
from programs.actions.quotas import set_places as set_places
from programs.catalog import program
from programs.checks.bars import CLASHES
from programs.models import Call, CallVersion, Category, Quota
from programs.queries import versions
from programs.queries.entries import excepted
from programs.spec import Param

WRITABLE = ("title", "year", "opens_at", "closes_at", "intro")


def clean_param(param: Param, raw: Any) -> Any:
    """The typed value of one figure. Raises Refused with the bound it breaks."""
    if param.kind == "bool":
        return bool(raw)
    if param.kind != "int":
        return _clean_words(param, str(raw or "").strip())
    try:
        value = int(raw)
    except (TypeError, ValueError) as problem:
        raise Refused(_("%(label)s要填整数") % {"label": param.label}, param.name) from problem
    if param.minimum is not None and value < param.minimum:
        raise Refused(_("%(label)s不能少于 %(n)d") % {"label": param.label, "n": param.minimum}, param.name)
    if param.maximum is not None and value > param.maximum:
        raise Refused(_("%(label)s不能多于 %(n)d") % {"label": param.label, "n": param.maximum}, param.name)
    return value


def _clean_words(param: Param, text: str) -> str:
    """A choice as one of its values, a day as ISO text or empty, else the words."""
    if param.kind == "choice" and text not in dict(param.choices):
        raise Refused(_("%(label)s要从给出的里面选") % {"label": param.label}, param.name)
    if param.kind == "date" and text:
        try:
            return datetime.date.fromisoformat(text).isoformat()
        except ValueError as problem:
            raise Refused(_("%(label)s写成 2026-11-12 这样") % {"label": param.label}, param.name) from problem
    return text


def _refuse_clashes(call: Call) -> None:
    """Figures that contradict each other: nobody could be recommended."""
    figures = {one.name: call.param(one.name) for one in call.program.params}
    found = [text for clash in (*CLASHES, *call.program.clashes) if (text := clash(figures))]
    strange = excepted(call) - set(call.categories.values_list("name", flat=True))
    if strange:
        found.append(_("可以兼报的奖项里没有“%(names)s”") % {"names": "、".join(sorted(strange))})
    if found:
        raise Refused("；".join(found))


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
        rules=_copied(before.rules) if before else {},
    )  # fmt: skip
    _copy_categories(call, before)
    work_out_places(call)
    trail.write(by, "call.create", call, change={"program": key, "from": before.pk if before else None})
    return call


def _copied(rules: Mapping[str, Any]) -> dict[str, Any]:
    """Last year's rules without last year's day: whose head counts are taken is set anew, or is that of publication."""
    quota = {name: value for name, value in rules.get("quota", {}).items() if name != "as_of"}
    return {**rules, "quota": quota} if quota else dict(rules)


def _copy_categories(call: Call, before: Call | None) -> None:
    if before is None:
        for order, (key, name) in enumerate(call.program.categories):
            Category.objects.create(call=call, key=key, name=name, order=order)
        return
    for old in before.categories.all():
        new = Category.objects.create(call=call, key=old.key, name=old.name, places=old.places, order=old.order)
        by_hand = Quota.objects.filter(category=old, source=Quota.Source.HAND)
        Quota.objects.bulk_create(
            [Quota(category=new, organization_id=q.organization_id, places=q.places, reason=q.reason) for q in by_hand]
        )


@transaction.atomic
def update_call(by: Actor, call_id: int, params: Mapping[str, Any], **values: Any) -> Call:
    """Change a draft's window, text and figures. Raises Refused when published or out of bounds."""
    call = draft_of(by, call_id)
    for name in WRITABLE:
        if name in values:
            setattr(call, name, values[name])
    if call.closes_at <= call.opens_at:
        raise Refused(_("截止要晚于开始"), "closes_at")
    for one in call.program.params:
        if one.name in params:
            call.params[one.name] = clean_param(one, params[one.name])
    _refuse_clashes(call)
    call.version += 1
    call.save()
    trail.write(by, "call.update", call, change={"fields": sorted([*values, *params])})
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
    call = draft_of(by, call_id)
    if found := problems(call):
        raise Refused("；".join(found))
    call.form = call.program.frozen_form()
    call.params = {one.name: call.params.get(one.name, one.default) for one in call.program.params}
    freeze_places(call)
    call.state, call.published_at, call.published_by = Call.State.PUBLISHED, days.now(), by.user
    call.version += 1
    call.save()
    CallVersion.objects.create(call=call, number=1, content=versions.stands(call), at=call.published_at, by=by.user)
    trail.write(by, "call.publish", call, change={"version": call.version})
    jobs.start("programs.announce", by, _("通知各单位：%(title)s") % {"title": call.title}, {"call": call.pk})
    return call
