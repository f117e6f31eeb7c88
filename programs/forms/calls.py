"""Forms around an edition: opening it, setting it up, a unit's later deadline."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.core.actor import Actor
from portal.core.calendar import current
from portal.kit import days
from portal.kit.drawing import Section
from portal.kit.forms import DateInput, DateTimeInput, NumberInput
from portal.registry.forms_units import unit_field
from programs.catalog import programs
from programs.models import Call
from programs.spec import Param


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
        if one.kind == "choice":
            return forms.ChoiceField(label=one.label, choices=one.choices, required=False, help_text=one.help)
        if one.kind == "date":
            return forms.DateField(label=one.label, required=False, widget=DateInput(), help_text=one.help)
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


class BelowForm(forms.Form):
    """One unit anywhere below the owner."""

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"] = unit_field(actor, _("哪一家"), ~Q(pk=actor.organization_id))


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
