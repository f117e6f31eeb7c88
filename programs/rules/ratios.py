"""Shares that a list must keep (rule R5): floors and ceilings, each with its own denominator. Integers only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from programs.rules.percent import WHOLE

OPERATORS = ("eq", "in", "ge", "le", "age_ge", "age_le")


@dataclass(frozen=True)
class Condition:
    """One fact compared with one value. ``age_*`` compare full years on the day that the facts were read for."""

    fact: str
    op: str
    value: Any

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Whether it is true of these facts; what is not known is not true."""
        known = facts.get(self.fact)
        if known in (None, ""):
            return False
        if self.op == "eq":
            return known == self.value
        if self.op == "in":
            return known in self.value
        if not isinstance(known, int):
            return False
        return known >= self.value if self.op in ("ge", "age_ge") else known <= self.value


@dataclass(frozen=True)
class Ratio:
    """``who`` among ``among`` (everybody where empty) is at least (``floor``) or at most ``percent`` of them.

    ``category`` is the key of one prize or empty for the whole edition; lists shorter than ``start`` are not warned.
    """

    name: str
    floor: bool
    percent: int
    who: tuple[Condition, ...]
    among: tuple[Condition, ...] = ()
    among_name: str = ""
    category: str = ""
    start: int = 0


@dataclass(frozen=True)
class Cure:
    """The smallest change that would keep the ratio: ``add`` or ``drop`` or ``swap`` so many who count or do not."""

    kind: str
    counted: bool
    n: int


@dataclass(frozen=True)
class Standing:
    """How a list stands to a ratio. ``unknown`` counts those whose facts are missing; they never count as ``who``."""

    ratio: Ratio
    n: int
    d: int
    unknown: int = 0

    @property
    def kept(self) -> bool:
        """An empty denominator keeps every ratio: there is nobody of whom it could be wrong."""
        if self.d == 0:
            return True
        have, bound = self.n * WHOLE, self.ratio.percent * self.d
        return have >= bound if self.ratio.floor else have <= bound

    @property
    def bound(self) -> int:
        """With this denominator: how many are needed at least (floor) or allowed at most (ceiling)."""
        product = self.ratio.percent * self.d
        return -(-product // WHOLE) if self.ratio.floor else product // WHOLE

    @property
    def spare(self) -> int:
        """People on the right side of the bound; negative: people short."""
        return self.n - self.bound if self.ratio.floor else self.bound - self.n

    @property
    def margin(self) -> float | None:
        """Percentage points on the right side of the bound (negative: short of it); None with an empty denominator."""
        if self.d == 0:
            return None
        points = (self.n * WHOLE - self.ratio.percent * self.d) / (self.d * 100)
        return points if self.ratio.floor else -points

    @property
    def cures(self) -> tuple[Cure, ...]:
        """Each way to keep it, with the smallest number; empty when it is kept."""
        if self.kept:
            return ()
        p = self.ratio.percent
        short = p * self.d - self.n * WHOLE if self.ratio.floor else self.n * WHOLE - p * self.d
        found = [Cure("swap", self.ratio.floor, -(-short // WHOLE))]
        if p < WHOLE:
            # A floor is reached by more who count, a ceiling by fewer of them; both move n and d by the same step.
            found.insert(0, Cure("add" if self.ratio.floor else "drop", True, -(-short // (WHOLE - p))))
        return tuple(found)


def read_ratio(raw: Mapping[str, Any]) -> Ratio:
    """A ratio from an edition's JSON."""
    who, among = (
        tuple(Condition(one["fact"], one["op"], one["value"]) for one in raw.get(key, ())) for key in ("who", "among")
    )
    return Ratio(
        raw["name"], raw["floor"], raw["percent"], who, among, raw.get("among_name", ""), raw.get("category", ""),
        raw.get("start", 0),
    )  # fmt: skip


def measure(ratio: Ratio, rows: Iterable[Mapping[str, Any]]) -> Standing:
    """Numerator and denominator of one ratio over the facts of a list."""
    n = d = unknown = 0
    for facts in rows:
        if ratio.category and facts.get("category") != ratio.category:
            continue
        if not all(one.holds(facts) for one in ratio.among):
            continue
        d += 1
        n += all(one.holds(facts) for one in ratio.who)
        unknown += any(facts.get(one.fact) in (None, "") for one in ratio.who)
    return Standing(ratio, n, d, unknown)


def contradictions(ratios: Iterable[Ratio]) -> list[tuple[Ratio, Ratio]]:
    """Pairs that no list can keep: over the same people, a floor that lies above a ceiling."""
    ratios = list(ratios)
    return [
        (low, high)
        for low in ratios
        for high in ratios
        if low.floor
        and not high.floor
        and (low.who, low.among, low.category) == (high.who, high.among, high.category)
        and low.percent > high.percent
    ]
