"""Demo of places and ratios: two tiers of universities, a district that splits, a unit that gives places back."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from portal.core.actor import Actor
from portal.registry.models import Organization
from programs.actions import quotas
from programs.actions.ratios import set_ratios
from programs.models import Call, Quota

#: By kind of unit; universities in two tiers with the boundary owned, at most three in all for the big ones.
LINES: tuple[dict[str, Any], ...] = (
    {"kind": "district", "amounts": ("2", "5")},
    {"kind": "university", "band": "不满1000", "amounts": ("1", "1")},
    {"kind": "university", "band": "满1000", "amounts": ("1", "2"), "cap": 3},
    {"kind": "vocational", "amounts": ("1", "2")},
    {"kind": "affiliated", "amounts": ("", "1")},
)
RATIOS: tuple[dict[str, Any], ...] = (
    {"name": "一线教师", "floor": True, "percent": "60%", "who_fact": "data.post_kind", "who": "一线教学", "start": 3},
    {"name": "县处级", "floor": False, "percent": "20%", "who_fact": "rank", "who": "县处级、厅局级及以上",
     "among_fact": "sector", "among": "高校", "start": 5},
)  # fmt: skip


def set_rules(by: Actor, call: Call, lines: Iterable[Mapping[str, Any]], ratios: Iterable[Mapping[str, Any]]) -> None:
    """Places by a scheme and ratios, as an officer would write them."""
    keys = [one.key for one in call.categories.all()]
    named = [{**line, "amounts": dict(zip(keys, line["amounts"], strict=True))} for line in lines]
    quotas.set_scheme(by, call.pk, {"lines": named, "rounding": "down"})
    set_ratios(by, call.pk, ratios)


def wander(orgs: Mapping[str, Organization], of: Callable[[str], Actor], owner: Actor, call: Call) -> None:
    """闵行 splits its places among three schools, 崇明 gives two back, one of them goes to 浦东新."""
    category = list(call.categories.all())[1]
    own = {one.organization_id: one.pk for one in Quota.objects.filter(category=category)}
    quotas.share_out(of("闵行"), own[orgs["闵行"].pk], {orgs[f"闵行{n}"].pk: 1 for n in (1, 2, 3)})
    quotas.give_back(of("崇明"), own[orgs["崇明"].pk], 2, "今年合适的人选只有三位")
    quotas.reissue(owner, category.pk, orgs["浦东新"], 1, "学校多，候选人多")
