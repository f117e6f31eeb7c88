"""The form of an edition's ratios: one block per ratio, in the words that ``actions.ratios`` reads."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from portal.kit.forms import NumberInput
from programs.models import Category
from programs.rules.facts import Fact
from programs.rules.percent import percent_words

#: Empty blocks below the written ones.
SPARE_BLOCKS = 1
SIGNS = (("ge", "≥"), ("le", "≤"))


class RatiosForm(forms.Form):
    """Who is counted, floor or ceiling, the bound, the denominator where it is not everybody, for which prize."""

    def __init__(
        self, data: Any = None, *, ratios: list[dict[str, Any]], facts: Mapping[str, Fact], categories: list[Category]
    ) -> None:
        self.facts = [("", "—"), *((one.name, one.label) for one in facts.values())]
        self.prizes = [("", _("全部奖项")), *((one.key, one.name) for one in categories)]
        self.count = len(ratios) + SPARE_BLOCKS
        initial = {f"{n}-{name}": value for n, one in enumerate(ratios) for name, value in self._typed(one).items()}
        super().__init__(data, prefix="r", initial=initial)
        for n in range(self.count):
            self._block(n)

    @staticmethod
    def _typed(one: dict[str, Any]) -> dict[str, Any]:
        return {**one, "sign": "ge" if one["floor"] else "le", "percent": percent_words(one["percent"]),
                "start": one["start"] or ""}  # fmt: skip

    def _block(self, n: int) -> None:
        for name, label, help_text in (
            ("name", _("数谁"), _("例如 女职工、一线教师")), ("percent", _("占比"), ""),
            ("who", _("怎样才算"), _("例如 女；多个用顿号隔开；数写 满40、不超过40")),
            ("among", _("只在谁里面算"), _("空着就是全部")),
        ):  # fmt: skip
            self.fields[f"{n}-{name}"] = forms.CharField(
                label=label, help_text=help_text, required=False, max_length=60
            )
        for name, label, choices in (
            ("sign", _("不低于还是不超过"), SIGNS), ("who_fact", _("按哪一项认"), self.facts),
            ("among_fact", _("按哪一项认"), self.facts), ("category", _("哪个奖项"), self.prizes),
        ):  # fmt: skip
            self.fields[f"{n}-{name}"] = forms.ChoiceField(label=label, choices=choices, required=False)
        self.fields[f"{n}-start"] = forms.IntegerField(
            label=_("满几件才提醒"), required=False, min_value=0, max_value=999, widget=NumberInput(),
            help_text=_("名单短的时候不提醒"),
        )  # fmt: skip

    @property
    def blocks(self) -> Iterable[dict[str, Any]]:
        """The blocks as the template draws them; ``empty`` ones are folded."""
        for n in range(self.count):
            drawn = {name: self[f"{n}-{name}"] for name in (
                "name", "sign", "percent", "who_fact", "who", "among_fact", "among", "category", "start")}  # fmt: skip
            named = drawn["name"].value() or ""
            sign = dict(SIGNS).get(drawn["sign"].value() or "", "")
            title = f"{named} {sign} {drawn['percent'].value() or ''}" if named else _("加一条比例")
            yield {**drawn, "title": title, "empty": not named}

    def ratios(self) -> list[dict[str, Any]]:
        """What was written, as the action reads it; a block without name and bound is left out."""
        found = []
        for n in range(self.count):
            row = {name: self.cleaned_data.get(f"{n}-{name}") for name in (
                "name", "percent", "who_fact", "who", "among_fact", "among", "category", "start")}  # fmt: skip
            if any(row[name] for name in ("name", "percent", "who")):
                found.append({**row, "floor": self.cleaned_data.get(f"{n}-sign") != "le"})
        return found
