"""What is known of an entry, and conditions on it as an officer writes them (“县处级、厅局级及以上”, “不超过40”)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from programs.rules.bands import Band, band_problems, read_band
from programs.rules.ratios import Condition


@dataclass(frozen=True)
class Fact:
    """One thing that is known: ``kind`` is choice (with ``choices`` value → label), int, age or bool."""

    name: str
    label: str
    kind: str = "choice"
    choices: Mapping[str, str] = field(default_factory=dict)


def read_conditions(fact: Fact, text: str) -> tuple[Condition, ...]:
    """Conditions on one fact from an officer's words. Raises ValueError with what may be written instead."""
    plain = text.strip()
    if fact.kind == "bool":
        if plain not in ("是", "否"):
            raise ValueError(_("“%(label)s”写“是”或“否”") % {"label": fact.label})
        return (Condition(fact.name, "eq", plain == "是"),)
    if fact.kind in ("int", "age"):
        return _bounds(fact, plain)
    by_label = {label: value for value, label in fact.choices.items()}
    words = [word for word in re.split(r"[、,，/;； ]+", plain) if word]
    strange = [word for word in words if word not in by_label]
    if strange or not words:
        raise ValueError(
            _("“%(label)s”没有“%(word)s”，有 %(all)s")
            % {"label": fact.label, "word": "、".join(strange), "all": "、".join(by_label)}
        )
    values = [by_label[word] for word in words]
    return (Condition(fact.name, "eq", values[0]) if len(values) == 1 else Condition(fact.name, "in", values),)


def _bounds(fact: Fact, text: str) -> tuple[Condition, ...]:
    band = read_band(text)
    unsaid = [text for text in band_problems([band]) if "没说" in text]
    if unsaid:
        raise ValueError(unsaid[0])
    if band.whole:
        raise ValueError(_("“%(label)s”写 满40、不超过40 这样的数") % {"label": fact.label})
    prefix = "age_" if fact.kind == "age" else ""
    low = (Condition(fact.name, f"{prefix}ge", band.first),) if band.low is not None else ()
    high = (Condition(fact.name, f"{prefix}le", band.last),) if band.high is not None else ()
    return low + high


def words_of(fact: Fact, conditions: tuple[Condition, ...]) -> str:
    """The conditions as they would be written again: reading these words gives the same conditions."""
    if fact.kind == "bool":
        return "是" if conditions and conditions[0].value else "否"
    if fact.kind in ("int", "age"):
        bounds = {one.op.removeprefix("age_"): one.value for one in conditions}
        band = Band(bounds.get("ge"), bounds.get("le"), True, True)
        return re.sub(r"[ ,人]", "", band.words)
    found: list[str] = []
    for one in conditions:
        values = one.value if one.op == "in" else [one.value]
        found += [fact.choices.get(value, str(value)) for value in values]
    return "、".join(found)
