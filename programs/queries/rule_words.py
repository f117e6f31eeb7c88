"""The rules of an edition in words, side by side: what an amendment of them changes."""

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

from django.utils.translation import gettext as _

from portal.registry.models import Kind, Sector
from programs.models import Call
from programs.queries import lists
from programs.rules.facts import Fact, words_of
from programs.rules.percent import WHOLE, percent_words
from programs.rules.quotas import BASES, ROUNDINGS
from programs.rules.ratios import Condition, read_ratio

Rules = Mapping[str, Any]


def pairs(call: Call, prizes: Mapping[str, str], old: Rules, new: Rules) -> Iterator[tuple[str, str, str]]:
    """(what, before, after) for every line of the scheme of places, its figures, and every ratio."""
    before, after = (side.get("quota", {}) for side in (old, new))
    lines = (side.get("lines", ()) for side in (before, after))
    for n, (was, now) in enumerate(zip_longest(*lines), 1):
        yield _("名额规则第 %(n)d 行") % {"n": n}, _line(was, prizes), _line(now, prizes)
    for label, words in ((_("名额的零头"), _rounding), (_("差额"), _surplus), (_("名额按哪天的人数"), _as_of)):
        yield label, words(before), words(after)
    ratios = [side.get("ratios", ()) for side in (old, new)]
    facts = lists.facts_for(call) if any(ratios) else {}
    for n, (was, now) in enumerate(zip_longest(*ratios), 1):
        yield _("比例第 %(n)d 条") % {"n": n}, _ratio(was, facts, prizes), _ratio(now, facts, prizes)


def _rounding(raw: Rules) -> str:
    return str(ROUNDINGS[raw.get("rounding") or "down"])


def _as_of(raw: Rules) -> str:
    return raw.get("as_of") or ""


def _surplus(raw: Rules) -> str:
    return percent_words(int(raw.get("surplus") or WHOLE))


def _line(raw: Rules | None, prizes: Mapping[str, str]) -> str:
    """“高校工会，教职工不满1000：上海市三八红旗手 2；合计最多 4”."""
    if raw is None:
        return ""
    who = _("所有单位")
    if raw.get("kind"):
        who = str(dict(Kind.choices).get(raw["kind"], raw["kind"]))
    elif raw.get("sector"):
        who = _("学段：%(label)s") % {"label": dict(Sector.choices).get(raw["sector"], raw["sector"])}
    band = f"，{BASES[raw.get('basis') or 'heads']}{raw['band']}" if raw.get("band") else ""
    amounts = "、".join(f"{prizes.get(key, key)} {text}" for key, text in raw.get("amounts", {}).items())
    cap = _("；合计最多 %(n)s") % {"n": raw["cap"]} if raw.get("cap") else ""
    return f"{who}{band}：{amounts}{cap}"


def _ratio(raw: Rules | None, facts: Mapping[str, Fact], prizes: Mapping[str, str]) -> str:
    """“女职工 ≥ 40%（性别 女，上海市三八红旗手）”."""
    if raw is None:
        return ""
    one = read_ratio(raw)
    said = [_said(one.who, facts)]
    if one.among:
        said.append(_("只在%(among)s里算") % {"among": _said(one.among, facts)})
    said += [prizes.get(one.category, one.category)] if one.category else []
    said += [_("满 %(n)d 件才提醒") % {"n": one.start}] if one.start else []
    return f"{one.name} {'≥' if one.floor else '≤'} {percent_words(one.percent)}（{'，'.join(said)}）"


def _said(conditions: tuple[Condition, ...], facts: Mapping[str, Fact]) -> str:
    fact = facts.get(conditions[0].fact) if conditions else None
    return f"{fact.label} {words_of(fact, conditions)}" if fact else ""
