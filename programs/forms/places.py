"""The form of places: the scheme's lines, the places in all, and what is set by hand for single units."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.kit.forms import DateInput, NumberInput
from portal.registry.models import Kind, Organization, Sector
from programs.models import Category
from programs.rules.percent import WHOLE, percent_words
from programs.rules.quotas import BASES, ROUNDINGS, Grant

MOST_PLACES = 9999
#: Empty lines below the written ones, for further bands.
SPARE_LINES = 2


@dataclass(frozen=True)
class Cell:
    """One box of the places table, drawn by the template as plain text. ``hint``: what the scheme gives."""

    name: str
    value: Any
    label: str
    bad: bool
    short: str
    hint: str = ""


class SchemeForm(forms.Form):
    """The lines of the scheme: for whom, by which figure, which band, what each prize gives, at most in all."""

    rounding = forms.ChoiceField(choices=list(ROUNDINGS.items()), required=False)
    surplus = forms.CharField(required=False)
    as_of = forms.DateField(
        label=gettext_lazy("按哪天的人数"), required=False, widget=DateInput(),
        help_text=gettext_lazy("单位在这天以前最后一次报的数；空着就是发布那天"),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, scheme: Mapping[str, Any], categories: list[Category],
                 units: list[Organization]) -> None:  # fmt: skip
        self.categories, self.units = categories, units
        lines = list(scheme.get("lines", ())) or [{"kind": kind} for kind, _label in self.kinds]
        self.count = len(lines) + SPARE_LINES
        initial: dict[str, Any] = {"rounding": scheme.get("rounding") or "down",
                                   "surplus": percent_words(int(scheme.get("surplus") or WHOLE)),
                                   "as_of": scheme.get("as_of") or None}  # fmt: skip
        for n, line in enumerate(lines):
            initial |= self._initial(n, line)
        super().__init__(data, prefix="q", initial=initial)
        self.fields["rounding"].label, self.fields["surplus"].label = _("零头怎么算"), _("差额（推荐数 ÷ 名额）")
        for n in range(self.count):
            self._line(n)

    def _initial(self, n: int, line: Mapping[str, Any]) -> dict[str, Any]:
        who = (
            f"kind:{line['kind']}" if line.get("kind") else f"sector:{line['sector']}" if line.get("sector") else "all"
        )
        found = {f"{n}-who": who, f"{n}-basis": line.get("basis") or "heads", f"{n}-band": line.get("band", ""),
                 f"{n}-cap": line.get("cap", "")}  # fmt: skip
        return found | {f"{n}-a{one.pk}": line.get("amounts", {}).get(one.key, "") for one in self.categories}

    def _line(self, n: int) -> None:
        row = _("第 %(n)d 行") % {"n": n + 1}
        self.fields[f"{n}-who"] = forms.ChoiceField(choices=self.whom, required=False, label=_("给谁，") + row)
        self.fields[f"{n}-basis"] = forms.ChoiceField(
            choices=list(BASES.items()), required=False, label=_("按什么人数，") + row
        )
        self.fields[f"{n}-band"] = forms.CharField(required=False, max_length=40, label=_("多少人的，") + row)
        self.fields[f"{n}-cap"] = forms.IntegerField(
            required=False, min_value=1, max_value=MOST_PLACES, label=_("合计最多，") + row
        )
        for one in self.categories:
            self.fields[f"{n}-a{one.pk}"] = forms.CharField(required=False, max_length=20, label=f"{one.name}，{row}")

    @cached_property
    def kinds(self) -> list[tuple[str, str]]:
        present = {unit.kind for unit in self.units}
        return [(kind, str(label)) for kind, label in Kind.choices if kind in present]

    @cached_property
    def whom(self) -> list[tuple[str, str]]:
        """For whom a line may be: a kind of unit, a sector, all."""
        present = {unit.sector for unit in self.units}
        sectors = [(f"sector:{value}", _("学段：%(label)s") % {"label": label}) for value, label in Sector.choices
                   if value in present]  # fmt: skip
        return [("", "—"), *((f"kind:{k}", label) for k, label in self.kinds), *sectors, ("all", _("所有单位"))]

    def clean_surplus(self) -> int:
        text = (self.cleaned_data.get("surplus") or "").strip().rstrip("%％")
        if not text:
            return WHOLE
        if not text.isdecimal() or not 100 <= int(text) <= 300:
            raise forms.ValidationError(_("差额在 100%% 到 300%% 之间，写成 120%%") % {})
        return int(text) * 100

    @property
    def rows(self) -> Iterable[dict[str, Any]]:
        """The lines as the template draws them."""
        for n in range(self.count):
            amounts = [self._cell(f"{n}-a{one.pk}", one.name) for one in self.categories]
            yield {"who": self[f"{n}-who"], "basis": self[f"{n}-basis"], "band": self._cell(f"{n}-band", ""),
                   "cap": self._cell(f"{n}-cap", _("合计最多")), "amounts": amounts}  # fmt: skip

    def _cell(self, name: str, short: str) -> Cell:
        bound = self[name]
        value = bound.value()
        return Cell(bound.html_name, "" if value is None else value, str(bound.label),
                    self.is_bound and bool(bound.errors), short)  # fmt: skip

    def scheme(self) -> dict[str, Any]:
        """The scheme as the edition keeps it; a line without a receiver or without any figure is left out."""
        data = self.cleaned_data
        lines = []
        for n in range(self.count):
            who, _colon, value = (data.get(f"{n}-who") or "").partition(":")
            amounts = {one.key: data.get(f"{n}-a{one.pk}", "").strip() for one in self.categories}
            amounts = {key: text for key, text in amounts.items() if text}
            if not who or not (amounts or data.get(f"{n}-cap") is not None):
                continue
            lines.append(
                {"kind": value if who == "kind" else "", "sector": value if who == "sector" else "",
                 "basis": data.get(f"{n}-basis") or "heads", "band": data.get(f"{n}-band", ""), "amounts": amounts,
                 "cap": data.get(f"{n}-cap")}
            )  # fmt: skip
        as_of = data["as_of"].isoformat() if data.get("as_of") else ""
        return {"lines": lines, "rounding": data.get("rounding") or "down", "surplus": data["surplus"], "as_of": as_of}


class PlacesForm(forms.Form):
    """Places in all, and per unit what a hand sets instead of the scheme, with the reason."""

    def __init__(
        self, data: Any = None, *, categories: list[Category], units: list[Organization],
        by_hand: Mapping[int, Mapping[int, int]], reasons: Mapping[int, str],
        grants: Mapping[int, Mapping[int, Grant]],
    ) -> None:  # fmt: skip
        super().__init__(data, prefix="n")
        self.categories, self.units, self.grants = categories, units, grants
        for category in categories:
            self._box(f"t{category.pk}", _("%(name)s，全市取") % {"name": category.name}, category.places)
            for unit in units:
                name, label = f"u{unit.pk}-{category.pk}", f"{unit.short}，{category.name}"
                self._box(name, label, by_hand.get(unit.pk, {}).get(category.pk))
        for unit in units:
            label = _("%(unit)s，单独定的理由") % {"unit": unit.short}
            self.fields[f"r{unit.pk}"] = forms.CharField(
                label=label, required=False, max_length=200, initial=reasons.get(unit.pk, "")
            )

    def _box(self, name: str, label: str, initial: int | None = None) -> None:
        self.fields[name] = forms.IntegerField(
            label=label, required=False, min_value=0, max_value=MOST_PLACES, initial=initial, widget=NumberInput()
        )

    @cached_property
    def kinds(self) -> list[tuple[str, str]]:
        present = {unit.kind for unit in self.units}
        return [(kind, str(label)) for kind, label in Kind.choices if kind in present]

    def cell(self, name: str, short: str, hint: str = "") -> Cell:
        bound = self[name]
        value = bound.value()
        bad = self.is_bound and bool(bound.errors)
        return Cell(bound.html_name, "" if value is None else value, bound.label, bad, short, hint)

    @property
    def totals_row(self) -> list[tuple[Category, Cell, int]]:
        """Category, its places in all, and the sum of what the units may hand in."""
        sums = {one.pk: sum(self.places(unit, one) for unit in self.units) for one in self.categories}
        return [(one, self.cell(f"t{one.pk}", one.name), sums[one.pk]) for one in self.categories]

    def places(self, unit: Organization, category: Category) -> int:
        """What the unit may hand in: what a hand set, else what the scheme gives; a pot counts with nobody."""
        text = str(self[f"u{unit.pk}-{category.pk}"].value() or "").strip()
        if text.isdecimal() and len(text) < 6:
            return int(text)
        given = self.grants.get(unit.pk, {}).get(category.pk)
        return given.places if given and given.pot is None else 0

    @property
    def groups(self) -> Iterable[dict[str, Any]]:
        """Per kind: its units, each with its boxes, its sum and the sentence that explains what the scheme gives."""
        for kind, label in self.kinds:
            rows = [self._row(unit) for unit in self.units if unit.kind == kind]
            yield {
                "kind": kind, "label": label, "rows": rows, "sum": sum(row["sum"] for row in rows),
                "none": sum(1 for row in rows if not row["any"]), "by_hand": sum(1 for row in rows if row["by_hand"]),
                "open": any(row["bad"] for row in rows),
            }  # fmt: skip

    def _row(self, unit: Organization) -> dict[str, Any]:
        grants = self.grants.get(unit.pk, {})
        cells = [self.cell(f"u{unit.pk}-{one.pk}", one.name, _hint(grants.get(one.pk))) for one in self.categories]
        why = dict.fromkeys(
            f"{one.name}：{grants[one.pk].sentence}" for one in self.categories if one.pk in grants
        )  # fmt: skip
        by_hand = any(str(cell.value) != "" and cell.hint for cell in cells)
        reason = self.cell(f"r{unit.pk}", "")
        return {
            "unit": unit, "cells": cells, "sum": sum(self.places(unit, one) for one in self.categories),
            "why": list(why), "any": bool(grants) or any(str(cell.value) != "" for cell in cells),
            "by_hand": by_hand, "reason": reason, "bad": any(cell.bad for cell in cells) or reason.bad,
        }  # fmt: skip

    def totals(self) -> dict[int, int]:
        return {one.pk: self.cleaned_data.get(f"t{one.pk}") or 0 for one in self.categories}

    def table(self) -> dict[int, dict[int, int | None]]:
        """Unit → category → what a hand set; an empty box leaves it to the scheme."""
        return {
            unit.pk: {one.pk: self.cleaned_data.get(f"u{unit.pk}-{one.pk}") for one in self.categories}
            for unit in self.units
        }

    def reasons(self) -> dict[int, str]:
        return {unit.pk: self.cleaned_data.get(f"r{unit.pk}", "") for unit in self.units}


def _hint(given: Grant | None) -> str:
    if given is None:
        return ""
    return _("池 %(n)d") % {"n": given.places} if given.pot is not None else str(given.places)
