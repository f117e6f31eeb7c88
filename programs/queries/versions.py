"""How an edition stands, what an amendment changes in it, and what that would break."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from portal.kit import days
from portal.kit.text import count_chars
from portal.registry.models import Organization
from programs.models import Call, CallVersion, Entry, Quota
from programs.queries import rule_words
from programs.spec import EDITABLE, thaw_fields, thaw_materials

Content = Mapping[str, Any]


def stands(call: Call) -> dict[str, Any]:
    """The edition as it is now, in the shape of ``CallVersion.content``. Places go by category, then by unit."""
    categories = list(call.categories.all())
    quotas: dict[str, dict[str, int]] = {one.key: {} for one in categories}
    own = Quota.objects.filter(category__call=call, above__isnull=True, pot__isnull=True)
    for key, unit, n in own.values_list("category__key", "organization_id", "places"):
        quotas[key][str(unit)] = n
    return {
        "opens_at": call.opens_at.isoformat(), "closes_at": call.closes_at.isoformat(), "intro": call.intro,
        "params": dict(call.params), "form": call.form, "totals": {one.key: one.places for one in categories},
        "quotas": quotas, "rules": call.rules,
    }  # fmt: skip


def issued(call: Call) -> dict[int, dict[int, int]]:
    """Unit → category → places of its own: without pots and without what was passed on below. One query."""
    own = Quota.objects.filter(category__call=call, above__isnull=True, pot__isnull=True)
    found: dict[int, dict[int, int]] = {}
    for unit, category, n in own.values_list("organization_id", "category_id", "places"):
        found.setdefault(unit, {})[category] = n
    return found


def overlaid(content: Content, change: Content) -> dict[str, Any]:
    """The content after a change: figures and places one by one, all else as a whole."""
    new = {**content, **change}
    for part in ("params", "totals", "rules"):
        new[part] = {**content.get(part, {}), **change.get(part, {})}
    given = change.get("quotas", {})
    new["quotas"] = {key: {**units, **given.get(key, {})} for key, units in content["quotas"].items()}
    for units in new["quotas"].values():
        for unit in [unit for unit, n in units.items() if n is None]:
            del units[unit]
    return new


def last_version(call: Call) -> CallVersion | None:
    """The version in force; None for editions published before versions were kept."""
    return CallVersion.objects.filter(call=call).order_by("-number").first()


def last_version_id(call: Call) -> int | None:
    """Which one that is, without reading it: it holds every place of every unit."""
    return CallVersion.objects.filter(call=call).order_by("-number").values_list("pk", flat=True).first()


# ── what differs ──
@dataclass(frozen=True)
class Difference:
    """One thing that an amendment changes, in words."""

    label: str
    old: str
    new: str


def differences(call: Call, old: Content, change: Content) -> list[Difference]:
    """Everything that differs, in the order of the set-up page."""
    new = overlaid(old, change)
    return [line for line in _differences(call, old, new) if line.old != line.new]


def _differences(call: Call, old: Content, new: Content) -> Iterator[Difference]:
    for name, label in (("opens_at", _("开始报送")), ("closes_at", _("截止"))):
        yield Difference(label, _moment(old[name]), _moment(new[name]))
    yield Difference(_("说明"), old["intro"], new["intro"])
    for one in call.program.params:
        was, now = (_figure(one, side["params"].get(one.name, one.default)) for side in (old, new))
        yield Difference(one.label, was, now)
    names = dict(call.categories.values_list("key", "name"))
    for key, name in names.items():
        yield Difference(
            _("%(name)s，全市取") % {"name": name}, str(old["totals"].get(key, "")), str(new["totals"].get(key, ""))
        )
    for label, was, now in rule_words.pairs(call, names, old.get("rules", {}), new["rules"]):
        yield Difference(label, was, now)
    yield from _places(names, old["quotas"], new["quotas"])
    yield from _form(old["form"], new["form"])


def _moment(text: str) -> str:
    return days.short_datetime(datetime.datetime.fromisoformat(text))


def _figure(one: Any, value: Any) -> str:
    if one.kind == "bool":
        return _("是") if value else _("否")
    if one.kind == "choice":
        return str(dict(one.choices).get(value, value))
    return f"{value} {one.unit}".strip()


def _places(names: Mapping[str, str], old: Mapping, new: Mapping) -> Iterator[Difference]:
    changed = [
        (key, unit)
        for key in names
        for unit in dict.fromkeys([*old.get(key, {}), *new.get(key, {})])
        if old.get(key, {}).get(unit) != new.get(key, {}).get(unit)
    ]
    units = Organization.objects.in_bulk([int(unit) for _key, unit in changed])
    for key, unit in changed:
        was, now = (side.get(key, {}).get(unit) for side in (old, new))
        label = _("%(unit)s，%(name)s的名额") % {"unit": units[int(unit)].short, "name": names[key]}
        yield Difference(label, _count(was), _count(now))


def _count(n: int | None) -> str:
    return _("没有") if n is None else str(n)


def _form(old: Content, new: Content) -> Iterator[Difference]:
    for thaw, noun in ((thaw_fields, _("要填的")), (thaw_materials, _("材料"))):
        before, after = ({one.name: one for one in thaw(side)} for side in (old, new))
        for name in dict.fromkeys([*before, *after]):
            label = _("%(noun)s“%(label)s”") % {"noun": noun, "label": (after.get(name) or before[name]).label}
            yield Difference(label, _asked(before.get(name)), _asked(after.get(name)))


def _asked(one: Any) -> str:
    if one is None:
        return _("没有这一项")
    words = [_("必填") if one.required else _("可不填")]
    if one.limit:
        words.append(_("最多 %(n)s") % {"n": f"{one.limit:,}"})
    return "，".join(words)


# ── what it would break ──
def breaks(call: Call, old: Content, change: Content) -> list[tuple[str, int]]:
    """(what would no longer fit, how many entries), counted over what was handed in or is being written."""
    new = overlaid(old, change)
    found: list[tuple[str, int]] = []
    handed = Entry.objects.filter(call=call, submitted_at__isnull=False)
    before, after = ({one.name: one for one in thaw_fields(side["form"])} for side in (old, new))
    for name, one in before.items():
        now = after.get(name)
        if now is None:
            empty = Q(**{f"data__{name}": ""}) | Q(**{f"data__{name}": None})
            n = handed.filter(data__has_key=name).exclude(empty).count()
            found.append((_("“%(label)s”去掉了，交上来的已经填了") % {"label": one.label}, n))
        elif now.limit and (not one.limit or now.limit < one.limit):
            texts = handed.values_list(f"data__{name}", flat=True).iterator(chunk_size=2000)
            n = sum(1 for text in texts if text and count_chars(str(text)) > now.limit)
            found.append((_("“%(label)s”最多 %(n)s 字，交上来的超了") % {"label": one.label, "n": f"{now.limit:,}"}, n))
    for name, one in after.items():
        if one.required and (name not in before or not before[name].required):
            n = handed.filter(state__in=EDITABLE).count() + Entry.objects.filter(call=call, state="draft").count()
            found.append((_("“%(label)s”要补填，还能改的这些交时会问") % {"label": one.label}, n))
    closes = datetime.datetime.fromisoformat(new["closes_at"])
    if closes < datetime.datetime.fromisoformat(old["closes_at"]):
        n = Entry.objects.filter(call=call, state="draft").count()
        found.append((_("截止提前，还在填的草稿只到 %(at)s") % {"at": days.short_datetime(closes)}, n))
    found += _over(call, old, new)
    return [(text, n) for text, n in found if n]


def _over(call: Call, old: Content, new: Content) -> list[tuple[str, int]]:
    """Units that would have fewer places than before; what they have handed in stays."""
    fewer = sum(
        1
        for key, units in old["quotas"].items()
        for unit, n in units.items()
        if (new["quotas"].get(key, {}).get(unit) or 0) < n
    )
    return [(_("名额少了的单位和奖项"), fewer)]
