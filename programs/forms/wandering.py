"""Forms of places that wander: split among the units below, given back, issued again."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.kit.forms import NumberInput
from portal.registry.models import Organization
from programs.forms.places import MOST_PLACES, Cell
from programs.models import Category, Quota


class ShareForm(forms.Form):
    """One box per unit below and prize; an empty box is nought."""

    def __init__(
        self, data: Any = None, *, rows: list[Quota], units: list[Organization],
        shares: dict[int, dict[int, int]], used: dict[int, dict[int, int]],
    ) -> None:  # fmt: skip
        super().__init__(data, prefix="s")
        self.quotas, self.units, self.used = rows, units, used
        for quota in rows:
            for unit in units:
                self.fields[f"{quota.pk}-{unit.pk}"] = forms.IntegerField(
                    label=f"{unit.short}，{quota.category.name}", required=False, min_value=0, max_value=MOST_PLACES,
                    initial=shares.get(quota.pk, {}).get(unit.pk), widget=NumberInput(),
                )  # fmt: skip

    @property
    def rows(self) -> Iterable[dict[str, Any]]:
        """Per unit: its boxes, each with what it has used."""
        for unit in self.units:
            cells = []
            for quota in self.quotas:
                bound = self[f"{quota.pk}-{unit.pk}"]
                value = bound.value()
                cell = Cell(bound.html_name, "" if value is None else value, bound.label,
                            self.is_bound and bool(bound.errors), quota.category.name)  # fmt: skip
                cells.append({"cell": cell, "used": self.used.get(quota.pk, {}).get(unit.pk, 0)})
            yield {"unit": unit, "cells": cells}

    def shares(self, quota: Quota) -> dict[int, int]:
        """Unit → places for one prize."""
        return {unit.pk: self.cleaned_data.get(f"{quota.pk}-{unit.pk}") or 0 for unit in self.units}


class BackForm(forms.Form):
    """How many unused places of which prize go back, and why."""

    quota = forms.ChoiceField(label=gettext_lazy("哪个奖项"))
    n = forms.IntegerField(label=gettext_lazy("退几个"), min_value=1, max_value=MOST_PLACES, widget=NumberInput())
    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=200, widget=forms.TextInput({"autocomplete": "off"}),
        help_text=gettext_lazy("例如“没有合适的人选”"),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, free: list[tuple[Quota, int]]) -> None:
        super().__init__(data)
        self.fields["quota"].choices = [
            (str(quota.pk), _("%(name)s（没用的 %(n)d 个）") % {"name": quota.category.name, "n": n})
            for quota, n in free
            if n > 0
        ]


class IssueForm(forms.Form):
    """Which returned places go to which unit, and why."""

    category = forms.ChoiceField(label=gettext_lazy("哪个奖项"))
    unit = forms.ChoiceField(label=gettext_lazy("给哪家"))
    n = forms.IntegerField(label=gettext_lazy("给几个"), min_value=1, max_value=MOST_PLACES, widget=NumberInput())
    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=200, widget=forms.TextInput({"autocomplete": "off"})
    )

    def __init__(self, data: Any = None, *, categories: list[Category], units: list[Organization]) -> None:
        super().__init__(data)
        self.fields["category"].choices = [
            (str(one.pk), _("%(name)s（退回来的 %(n)d 个）") % {"name": one.name, "n": one.returned})
            for one in categories
            if one.returned
        ]
        self.fields["unit"].choices = [("", _("请选")), *((str(one.pk), one.short) for one in units)]
