"""Forms around an edition: opening it, setting it up, a unit's later deadline."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.core.calendar import current
from portal.kit import days
from portal.kit.drawing import Section
from portal.kit.forms import DateTimeInput, NumberInput
from portal.registry.models import Kind, Organization
from programs.catalog import programs
from programs.models import Call, Category
from programs.spec import Param

MOST_PLACES = 9999


class WindowForm(forms.Form):
    """Name, year and window: what every edition begins with."""

    title = forms.CharField(label=gettext_lazy("名称"), max_length=120, widget=forms.TextInput({"autocomplete": "off"}))
    year = forms.IntegerField(label=gettext_lazy("年度"), min_value=2000, max_value=2100, widget=NumberInput())
    opens_at = forms.DateTimeField(label=gettext_lazy("开始报送"), widget=DateTimeInput())
    closes_at = forms.DateTimeField(label=gettext_lazy("截止"), widget=DateTimeInput())
    intro = forms.CharField(
        label=gettext_lazy("说明"), required=False, max_length=2000, widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("单位开头就看到：依据哪份通知、找谁问"),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        opens, closes = data.get("opens_at"), data.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("截止要晚于开始，现在早了"))
        return data


class NewCallForm(WindowForm):
    """Which program, and its window. All else is copied from the edition before."""

    program = forms.ChoiceField(label=gettext_lazy("评什么"))

    layout = (
        Section(gettext_lazy("评什么"), ["program", ("title", "year")]),
        Section(gettext_lazy("什么时候报"), [("opens_at", "closes_at"), "intro"]),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["program"].choices = [("", _("请选"))] + [(one.key, one.title) for one in programs().values()]


class EditionForm(WindowForm):
    """The window and the program's own figures, one field per Param."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        self.call = call
        local = {name: days.local(getattr(call, name)) for name in ("opens_at", "closes_at")}
        initial = {"title": call.title, "year": call.year, "intro": call.intro, "version": call.version, **local}
        initial |= {self.name_of(one): call.param(one.name) for one in call.program.params}
        super().__init__(*args, initial=initial, **kwargs)
        for one in call.program.params:
            self.fields[self.name_of(one)] = self._field(one)
        hint = current().left_phrase(call.opens_at, call.closes_at).removeprefix(_("还剩 "))
        self.fields["closes_at"].help_text = _("从开始算 %(n)s，到点自动关") % {"n": hint}

    @staticmethod
    def name_of(one: Param) -> str:
        return f"p-{one.name}"

    @staticmethod
    def _field(one: Param) -> forms.Field:
        if one.kind == "bool":
            return forms.BooleanField(label=one.label, required=False, help_text=one.help)
        if one.kind == "int":
            label = f"{one.label}（{one.unit}）" if one.unit else one.label
            return forms.IntegerField(
                label=label, min_value=one.minimum, max_value=one.maximum, widget=NumberInput(), help_text=one.help
            )
        return forms.CharField(label=one.label, required=False, help_text=one.help)

    @property
    def sections(self) -> list[tuple[str, list[Any]]]:
        """The figures by section, in the order of the program."""
        found: dict[str, list[Any]] = {}
        for one in self.call.program.params:
            found.setdefault(one.section, []).append(self[self.name_of(one)])
        return list(found.items())

    def params(self) -> dict[str, Any]:
        """The figures as the action takes them."""
        return {one.name: self.cleaned_data[self.name_of(one)] for one in self.call.program.params}

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("title", "year", "opens_at", "closes_at", "intro")}


@dataclass(frozen=True)
class Cell:
    """One box of the places table, drawn by the template as plain text."""

    name: str
    value: Any
    label: str
    bad: bool
    short: str


class PlacesForm(forms.Form):
    """Places in all, per kind of unit (written once, put into the empty boxes) and per unit."""

    def __init__(
        self, data: Any = None, *, categories: list[Category], units: list[Organization],
        table: dict[int, dict[int, int]],
    ) -> None:  # fmt: skip
        super().__init__(data, prefix="n")
        self.categories, self.units, self.before = categories, units, table
        for category in categories:
            self._box(f"t{category.pk}", _("%(name)s，全市取") % {"name": category.name}, category.places)
            for kind, label in self.kinds:
                self._box(f"k{kind}-{category.pk}", _("%(kind)s，%(name)s") % {"kind": label, "name": category.name})
            for unit in units:
                given = table.get(unit.pk, {}).get(category.pk)
                self._box(f"u{unit.pk}-{category.pk}", f"{unit.short}，{category.name}", given)

    def _box(self, name: str, label: str, initial: int | None = None) -> None:
        self.fields[name] = forms.IntegerField(
            label=label, required=False, min_value=0, max_value=MOST_PLACES, initial=initial, widget=NumberInput()
        )

    @cached_property
    def kinds(self) -> list[tuple[str, str]]:
        present = {unit.kind for unit in self.units}
        return [(kind, str(label)) for kind, label in Kind.choices if kind in present]

    def cell(self, name: str, category: Category) -> Cell:
        bound = self[name]
        value = bound.value()
        bad = self.is_bound and bool(bound.errors)
        return Cell(bound.html_name, "" if value is None else value, bound.label, bad, category.name)

    @property
    def totals_row(self) -> list[tuple[Category, Cell, int]]:
        """Category, its places in all, and the sum of what the units may hand in."""
        sums = self.sums()
        return [(one, self.cell(f"t{one.pk}", one), sums.get(one.pk, 0)) for one in self.categories]

    @property
    def groups(self) -> Iterable[dict[str, Any]]:
        """Per kind: the row that fills, and the rows of its units with their sums."""
        for kind, label in self.kinds:
            units = [unit for unit in self.units if unit.kind == kind]
            rows = []
            for unit in units:
                cells = [self.cell(f"u{unit.pk}-{one.pk}", one) for one in self.categories]
                rows.append({"unit": unit, "cells": cells, "sum": sum(_number(cell.value) for cell in cells)})
            empty = sum(1 for row in rows for cell in row["cells"] if cell.value == "")
            fill = [self.cell(f"k{kind}-{one.pk}", one) for one in self.categories]
            sums = [sum(_number(row["cells"][n].value) for row in rows) for n in range(len(self.categories))]
            yield {
                "kind": kind, "label": label, "fill": fill, "rows": rows, "empty": empty, "sum": sum(sums),
                "open": any(cell.bad for row in rows for cell in row["cells"]),
            }  # fmt: skip

    def sums(self) -> dict[int, int]:
        found: dict[int, int] = {}
        for category in self.categories:
            cells = (self.cell(f"u{unit.pk}-{category.pk}", category).value for unit in self.units)
            found[category.pk] = sum(_number(value) for value in cells)
        return found

    def totals(self) -> dict[int, int]:
        return {one.pk: self.cleaned_data.get(f"t{one.pk}") or 0 for one in self.categories}

    def table(self) -> dict[int, dict[int, int | None]]:
        """Unit → category → places; an empty box takes what was written for its kind, else stays without a quota."""
        found: dict[int, dict[int, int | None]] = {}
        for unit in self.units:
            row = {}
            for category in self.categories:
                value = self.cleaned_data.get(f"u{unit.pk}-{category.pk}")
                kind = self.cleaned_data.get(f"k{unit.kind}-{category.pk}")
                row[category.pk] = kind if value is None else value
            found[unit.pk] = row
        return found


def _number(value: Any) -> int:
    text = str(value).strip()
    return int(text) if text.isdecimal() and len(text) < 6 else 0


class ExtendForm(forms.Form):
    """A later deadline for one unit."""

    closes_at = forms.DateTimeField(label=gettext_lazy("延到"), widget=DateTimeInput())
    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=200, widget=forms.TextInput({"autocomplete": "off"}),
        help_text=gettext_lazy("写进操作记录，例如“换届，委员会 12月2日选举”"),
    )  # fmt: skip


class WhyForm(forms.Form):
    """The reason of an act that the trail keeps."""

    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=200, widget=forms.TextInput({"autocomplete": "off"})
    )
