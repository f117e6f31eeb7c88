"""Ratios of an edition: read from an officer's words, refused where no list could keep them."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal.core import trail
from portal.core.actor import Actor
from portal.kit.refusal import Refused
from programs.actions.quotas import draft_of
from programs.models import Call
from programs.queries import lists
from programs.rules.facts import Fact, read_conditions, words_of
from programs.rules.percent import read_percent
from programs.rules.ratios import Condition, Ratio, contradictions


@transaction.atomic
def set_ratios(by: Actor, call_id: int, rows: Iterable[Mapping[str, Any]]) -> Call:
    """Keep the ratios of a draft. A row: name, floor (bool), percent (“40%”), who_fact and who, among_fact and among,
    category (key or empty), start. Raises Refused naming the row.
    """
    call = draft_of(by, call_id)
    found = read_ratios(call, rows)
    call.rules = {**call.rules, "ratios": found}
    call.save(update_fields=["rules"])
    trail.write(by, "call.ratios", call, change={"ratios": len(found)})
    return call


def read_ratios(call: Call, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows as ``Call.rules`` keeps them. Raises Refused naming the row."""
    facts = lists.facts_for(call)
    keys = set(call.categories.values_list("key", flat=True))
    found = []
    for n, row in enumerate(rows, 1):
        try:
            found.append(_ratio(row, facts, keys))
        except ValueError as problem:
            raise Refused(_("比例第 %(n)d 行：%(text)s") % {"n": n, "text": problem}, "ratios") from problem
    if wrong := contradictions(found):
        low, high = wrong[0]
        text = _("“%(a)s”的下限比“%(b)s”的上限高，哪份名单也做不到")
        raise Refused(text % {"a": low.name, "b": high.name}, "ratios")
    return [asdict(one) for one in found]


def _ratio(row: Mapping[str, Any], facts: Mapping[str, Fact], keys: set[str]) -> Ratio:
    name = str(row.get("name", "")).strip()
    if not name:
        raise ValueError(_("写明数谁，例如“女职工”"))
    category = row.get("category", "")
    if category and category not in keys:
        raise ValueError(_("没有这个奖项"))
    who = _conditions(row.get("who_fact", ""), row.get("who", ""), facts)
    if not who:
        raise ValueError(_("“%(name)s”按什么认，没选") % {"name": name})
    among = _conditions(row.get("among_fact", ""), row.get("among", ""), facts)
    return Ratio(
        name[:20], bool(row.get("floor")), read_percent(str(row.get("percent", ""))), who, among,
        str(row.get("among", "")).strip()[:20] if among else "", category, int(row.get("start") or 0),
    )  # fmt: skip


def _conditions(fact: str, text: str, facts: Mapping[str, Fact]) -> tuple[Condition, ...]:
    if not fact and not str(text).strip():
        return ()
    if fact not in facts:
        raise ValueError(_("“%(text)s”按哪一项认，没选") % {"text": text})
    return read_conditions(facts[fact], str(text))


def as_typed(call: Call) -> list[dict[str, Any]]:
    """The ratios of an edition in the words that ``set_ratios`` reads."""
    facts = lists.facts_for(call)

    def words(conditions: tuple[Condition, ...]) -> tuple[str, str]:
        fact = facts.get(conditions[0].fact) if conditions else None
        return (fact.name, words_of(fact, conditions)) if fact else ("", "")

    found = []
    for one in lists.ratios_of(call):
        (who_fact, who), (among_fact, among) = words(one.who), words(one.among)
        found.append(
            {"name": one.name, "floor": one.floor, "percent": one.percent, "who_fact": who_fact, "who": who,
             "among_fact": among_fact, "among": among, "category": one.category, "start": one.start}
        )  # fmt: skip
    return found
