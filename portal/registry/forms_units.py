"""Choosing a union in a form: a list, or a name where there are too many."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from portal.core.actor import Actor
from portal.kit.refusal import Refused
from portal.registry.imports.units import Units
from portal.registry.models import Organization

#: Longer lists are not sent to the browser: 3,300 unions are 200 kB.
MANY = 200


def writable_units(actor: Actor) -> Any:
    """The unions in which this actor may register people."""
    return Organization.objects.visible_to(actor).filter(active=True).order_by("pinyin")


class UnitField(forms.CharField):
    """A union by its name or code, for those who have too many of them for a list; a near name is suggested."""

    def __init__(self, *, actor: Actor, **kwargs: Any) -> None:
        self.actor = actor
        super().__init__(max_length=120, help_text=_("写名称、简称或编号"), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            return Organization.objects.filter(pk=value).values_list("name", flat=True).first()
        return value

    def clean(self, value: Any) -> Organization:
        text = super().clean(value)
        try:
            return Organization.objects.get(pk=Units(self.actor).find(text).pk)
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from None


def unit_field(actor: Actor, label: str) -> forms.Field:
    """A list of the actor's unions, or a text where the list would be too long for a page."""
    units = writable_units(actor)
    if units.count() > MANY:
        return UnitField(actor=actor, label=label)
    return forms.ModelChoiceField(units, label=label, widget=forms.Select(attrs={"data-search": ""}))
