"""The form of an amendment: what a published edition may be changed in, and only what was changed of it."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.kit.forms import NumberInput
from portal.registry.models import Kind, Organization
from programs.forms.calls import EditionForm
from programs.forms.places import MOST_PLACES, Cell
from programs.models import Call, Category
from programs.spec import Field, Material

KINDS = [
    ("text", gettext_lazy("一行字")), ("longtext", gettext_lazy("一段话")), ("int", gettext_lazy("整数")),
    ("date", gettext_lazy("日期")), ("bool", gettext_lazy("勾选")),
]  # fmt: skip
NEW_QUESTIONS = 3
LONGEST = 20000


def _tick(label: str) -> forms.CheckboxInput:
    return forms.CheckboxInput({"class": "form-check-input", "aria-label": label})


class AmendForm(EditionForm):
    """Window, text and figures as at set-up; each question's and paper's bounds; new questions; the reason."""

    reason = forms.CharField(
        label=gettext_lazy("为什么改"), max_length=500, widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("单位和已经报了的人照原样看到"),
    )  # fmt: skip

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, call=call, **kwargs)
        for name in ("title", "year"):
            del self.fields[name]
        for one in (*call.fields, *call.materials):
            if not getattr(one, "locked", False):
                self._bounds(one)
        for n in range(NEW_QUESTIONS):
            self._new(n)

    def _bounds(self, one: Field | Material) -> None:
        name, words = f"b-{one.name}", {"label": one.label}
        self.fields[f"{name}-required"] = forms.BooleanField(
            label=_("%(label)s，必填") % words,
            required=False,
            initial=one.required,
            widget=_tick(_("%(label)s，必填") % words),
        )
        if one.limit:
            self.fields[f"{name}-limit"] = forms.IntegerField(
                label=_("%(label)s，最多") % words, min_value=1, max_value=LONGEST, initial=one.limit,
                widget=NumberInput({"class": "form-control ord d-inline-block", "aria-label": words["label"]}),
            )  # fmt: skip
        if not getattr(one, "printed", False):
            self.fields[f"{name}-drop"] = forms.BooleanField(
                label=_("去掉%(label)s") % words, required=False, widget=_tick(_("去掉%(label)s") % words)
            )

    def _new(self, n: int) -> None:
        no = {"n": n + 1}
        self.fields[f"n{n}-label"] = forms.CharField(
            label=_("新加第 %(n)d 项") % no, required=False, max_length=40,
            widget=forms.TextInput({"class": "form-control", "aria-label": _("新加第 %(n)d 项") % no}),
        )  # fmt: skip
        self.fields[f"n{n}-kind"] = forms.ChoiceField(
            label=_("第 %(n)d 项怎么填") % no, choices=KINDS, required=False,
            widget=forms.Select({"class": "form-select w-auto", "aria-label": _("第 %(n)d 项怎么填") % no}),
        )  # fmt: skip
        self.fields[f"n{n}-required"] = forms.BooleanField(
            label=_("第 %(n)d 项必填") % no, required=False, widget=_tick(_("第 %(n)d 项必填") % no)
        )

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("opens_at", "closes_at", "intro")}

    # ── as drawn ──
    @property
    def questions_rows(self) -> list[dict[str, Any]]:
        """Questions with their boxes; what the roster fills in cannot be changed."""
        return [self._row(one) for one in self.call.fields if not one.locked]

    @property
    def papers_rows(self) -> list[dict[str, Any]]:
        return [self._row(one) for one in self.call.materials]

    def _row(self, one: Field | Material) -> dict[str, Any]:
        boxes = {key: self._box(f"b-{one.name}-{key}") for key in ("required", "limit", "drop")}
        return {"label": one.label, **boxes}

    def _box(self, name: str) -> Any:
        return self[name] if name in self.fields else None

    @property
    def news(self) -> list[dict[str, Any]]:
        return [{key: self[f"n{n}-{key}"] for key in ("label", "kind", "required")} for n in range(NEW_QUESTIONS)]

    # ── as the action takes it ──
    def change(self) -> dict[str, Any]:
        """Window, text, figures and form as they should be; the action keeps what differs."""
        data = self.cleaned_data
        return {
            "opens_at": data["opens_at"].isoformat(), "closes_at": data["closes_at"].isoformat(),
            "intro": data["intro"], "params": self.params(), "form": self._form(),
        }  # fmt: skip

    def _form(self) -> dict[str, Any]:
        fields = [self._bound(one) for one in self.call.fields if not self._dropped(one)]
        papers = [self._bound(one) for one in self.call.materials if not self._dropped(one)]
        section = fields[-1].section if fields else ""
        for n in range(NEW_QUESTIONS):
            label = self.cleaned_data.get(f"n{n}-label", "").strip()
            if label:
                kind = self.cleaned_data.get(f"n{n}-kind") or "text"
                name = f"added{self.call.amended + 1}_{n + 1}"
                required = self.cleaned_data.get(f"n{n}-required", False)
                long = {"limit": 1000, "width": 3} if kind == "longtext" else {"limit": 100} if kind == "text" else {}
                bounds = {"minimum": 0, "maximum": 1000000} if kind == "int" else {}
                fields.append(Field(name, label, kind, section, required, **long, **bounds))
        new = {"fields": [asdict(one) for one in fields], "materials": [asdict(one) for one in papers]}
        old = {
            "fields": [asdict(one) for one in self.call.fields],
            "materials": [asdict(one) for one in self.call.materials],
        }
        return self.call.form if new == old else new

    def _dropped(self, one: Field | Material) -> bool:
        return bool(self.cleaned_data.get(f"b-{one.name}-drop"))

    def _bound(self, one: Any) -> Any:
        if getattr(one, "locked", False):
            return one
        data = self.cleaned_data
        return replace(
            one, required=data.get(f"b-{one.name}-required", one.required),
            limit=data.get(f"b-{one.name}-limit") or one.limit,
        )  # fmt: skip


class IssuedForm(forms.Form):
    """Places in all and per unit as they were issued; shared pots stay with the scheme. An empty box is no quota."""

    def __init__(
        self, data: Any = None, *, categories: list[Category], units: list[Organization],
        table: Mapping[int, Mapping[int, int]],
    ) -> None:  # fmt: skip
        super().__init__(data, prefix="n")
        self.categories, self.units, self.before = categories, units, table
        for one in categories:
            self._box(f"t{one.pk}", _("%(name)s，全市取") % {"name": one.name}, one.places)
            for unit in units:
                self._box(f"u{unit.pk}-{one.pk}", f"{unit.short}，{one.name}", table.get(unit.pk, {}).get(one.pk))

    def _box(self, name: str, label: str, initial: int | None) -> None:
        self.fields[name] = forms.IntegerField(
            label=label, required=False, min_value=0, max_value=MOST_PLACES, initial=initial, widget=NumberInput()
        )

    def _cell(self, name: str, short: str) -> Cell:
        bound = self[name]
        value = bound.value()
        wrong = self.is_bound and bool(bound.errors)
        return Cell(bound.html_name, "" if value is None else value, str(bound.label), wrong, short)

    def _sum(self, category: Category, units: list[Organization]) -> int:
        return sum(self.before.get(unit.pk, {}).get(category.pk, 0) for unit in units)

    @property
    def totals_row(self) -> list[tuple[Category, Cell, int]]:
        return [(one, self._cell(f"t{one.pk}", one.name), self._sum(one, self.units)) for one in self.categories]

    @property
    def groups(self) -> list[dict[str, Any]]:
        """Per kind of unit its rows."""
        found = []
        for kind, label in Kind.choices:
            units = [unit for unit in self.units if unit.kind == kind]
            rows = [
                {"unit": unit, "cells": [self._cell(f"u{unit.pk}-{one.pk}", one.name) for one in self.categories]}
                for unit in units
            ]
            if rows:
                wrong = any(cell.bad for row in rows for cell in row["cells"])
                total = sum(self._sum(one, units) for one in self.categories)
                found.append({"label": label, "rows": rows, "sum": total, "open": wrong})
        return found

    def change(self) -> dict[str, Any]:
        """Totals, and the quotas that differ, by the keys of the categories as ``CallVersion.content`` has them."""
        quotas: dict[str, dict[str, int | None]] = {one.key: {} for one in self.categories}
        for one in self.categories:
            for unit in self.units:
                n = self.cleaned_data.get(f"u{unit.pk}-{one.pk}")
                if n != self.before.get(unit.pk, {}).get(one.pk):
                    quotas[one.key][str(unit.pk)] = n
        totals = {one.key: self.cleaned_data.get(f"t{one.pk}") or 0 for one in self.categories}
        return {"totals": totals, "quotas": quotas}
