"""Forms of unions, and choosing one in a form: a list, or a name where there are too many."""

import datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _

from portal.core.actor import Actor
from portal.kit import days, idcard
from portal.kit.drawing import Section
from portal.kit.forms import DateInput, NumberInput
from portal.kit.refusal import Refused
from portal.registry.imports.units import Units
from portal.registry.models import Kind, Organization, OrganizationChange
from portal.registry.models.organizations import BELOW

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

    def clean(self, value: Any) -> Organization | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return Organization.objects.get(pk=Units(self.actor).find(text).pk)
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from None


def unit_field(actor: Actor, label: str, fitting: Q | None = None) -> forms.Field:
    """A list of the actor's unions (those that fit), or a text where the list would be too long for a page."""
    units = writable_units(actor).filter(fitting or Q())
    if units.count() > MANY:
        return UnitField(actor=actor, label=label)
    return forms.ModelChoiceField(units, label=label, widget=forms.Select(attrs={"data-search": ""}))


def checked(form: forms.Form, name: str, read: Any) -> str:
    """A value through a reader that raises Refused; blank stays blank."""
    value = form.cleaned_data.get(name, "")
    if not value:
        return ""
    try:
        return read(value)
    except Refused as refusal:
        raise forms.ValidationError(str(refusal)) from None


def not_ahead(day: datetime.date) -> datetime.date:
    if day > days.today():
        raise forms.ValidationError(_("%(day)s 还没到") % {"day": day.isoformat()})
    return day


class OrganizationForm(forms.ModelForm):
    """A union's own data. ``version`` goes along, so that nobody overwrites what somebody else just wrote."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Organization
        fields = (
            "short_name",
            "sector",
            "area",
            "uscc",
            "head_count",
            "women_count",
            "phone",
            "term_from",
            "term_until",
        )
        widgets = {
            "head_count": NumberInput(),
            "women_count": NumberInput(),
            "term_from": DateInput(),
            "term_until": DateInput(),
            "uscc": forms.TextInput(attrs={"maxlength": 24, "autocapitalize": "characters", "spellcheck": "false"}),
        }

    layout = (
        Section(_("名称和代码"), [("short_name", "uscc"), ("sector", "area", "phone")]),
        Section(_("人数和届期"), [("head_count", "women_count"), ("term_from", "term_until")]),
    )

    def clean_uscc(self) -> str:
        code = checked(self, "uscc", idcard.check_uscc)
        if code and (other := Organization.objects.filter(uscc=code).exclude(pk=self.instance.pk).first()):
            raise forms.ValidationError(_("这个代码已经是%(name)s的") % {"name": other.name})
        return code

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        heads, women = data.get("head_count"), data.get("women_count")
        if heads is not None and women is not None and women > heads:
            over = _("女教职工 %(women)d，比教职工 %(heads)d 多 %(n)d") % {
                "women": women,
                "heads": heads,
                "n": women - heads,
            }
            self.add_error("women_count", over)
        start, end = data.get("term_from"), data.get("term_until")
        if start and end and end <= start:
            self.add_error("term_until", _("要晚于本届起 %(day)s") % {"day": start.isoformat()})
        return data


class NewOrganizationForm(OrganizationForm):
    """A union that the tree does not have yet."""

    class Meta(OrganizationForm.Meta):
        fields = ("name", "kind", "code", *OrganizationForm.Meta.fields)

    version = None
    layout = (
        Section(
            _("位置和名称"), ["upper", ("kind", "code"), "name", ("short_name", "uscc"), ("sector", "area", "phone")]
        ),
        OrganizationForm.layout[1],
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {"upper": unit_field(actor, _("上级")), **self.fields}
        below = {kind for kinds in BELOW.values() for kind in kinds} - {Kind.CITY}
        self.fields["kind"].choices = [(kind, label) for kind, label in Kind.choices if kind in below]
        self.fields["code"].required = False
        self.fields["code"].help_text = _("不填，门户编一个")


def _fitting(unit: Organization, kind: str) -> Q:
    """The unions that the change could name: fit to be the parent, of the same kind, or any other."""
    others = ~Q(pk__in=unit.subtree_ids())
    if kind == OrganizationChange.Kind.MOVE:
        return (
            others & Q(kind__in=[above for above, below in BELOW.items() if unit.kind in below]) & ~Q(pk=unit.parent_id)
        )
    return others & Q(kind=unit.kind) if kind == OrganizationChange.Kind.MERGE else others


class ChangeForm(forms.Form):
    """What the union becomes, from which day, why, and by which document."""

    name = forms.CharField(label=_("新的全称"), max_length=100)
    short_name = forms.CharField(label=_("新的简称"), max_length=30, required=False)
    on = forms.DateField(label=_("从哪天起"), widget=DateInput(), help_text=_("写以后的日子，到那天自动办"))
    document = forms.CharField(label=_("文号"), max_length=80, help_text=_("批复或通知的文号"))
    reason = forms.CharField(label=_("原因"), max_length=200)

    def __init__(self, *args: Any, actor: Actor, unit: Organization, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {"move": _("新的上级"), "merge": _("并入哪一家"), "dissolve": _("会员转到哪一家")}
        if kind == OrganizationChange.Kind.RENAME:
            self.fields["name"].initial, self.fields["short_name"].initial = unit.name, unit.short_name
        else:
            del self.fields["name"], self.fields["short_name"]
            self.fields = {"other": unit_field(actor, labels[kind], _fitting(unit, kind)), **self.fields}
        first = "other" if kind != OrganizationChange.Kind.RENAME else ("name", "short_name")
        self.layout = (Section(_("变成什么"), [first, ("on", "document"), "reason"]),)
        if kind == OrganizationChange.Kind.DISSOLVE:
            self.fields["other"].required = False
            self.fields["other"].help_text = _("不填，会籍到这天为止，登记为离会")


class FiguresForm(forms.Form):
    """The yearly report of a union's figures."""

    day = forms.DateField(label=_("截至哪天"), widget=DateInput())
    heads = forms.IntegerField(label=_("教职工"), min_value=1, max_value=1_000_000, widget=NumberInput())
    women = forms.IntegerField(label=_("其中女"), min_value=0, max_value=1_000_000, widget=NumberInput())

    def clean_day(self) -> datetime.date:
        return not_ahead(self.cleaned_data["day"])
