"""Controls drawn without templates say what Django's templates say, to the letter but for blanks between tags."""

import re

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from portal.kit.forms import CountedTextarea, DateInput, MonthInput, NumberInput, PickRadio
from portal.kit.widgets import DRAWN, Renderer

HOSTILE = "\"><script>alert('1')</script>&amp;"
CHOICES = [("", "请选"), ("a", HOSTILE), ("组", [("b", mark_safe("<b>乙</b>")), (3, gettext_lazy("草稿"))])]
WIDGETS = [
    forms.TextInput({"readonly": True, "disabled": False, "title": HOSTILE}), forms.PasswordInput(), DateInput(),
    MonthInput(), NumberInput(), forms.HiddenInput(), forms.CheckboxInput(), forms.Textarea(), forms.FileInput(),
    CountedTextarea(limit=20), forms.EmailInput(), forms.URLInput(), forms.TimeInput(), forms.NullBooleanSelect(),
    forms.Select(choices=CHOICES), forms.SelectMultiple(choices=CHOICES), PickRadio(choices=CHOICES[:2]),
    forms.CheckboxSelectMultiple(choices=CHOICES),
]  # fmt: skip


def tight(html):
    return re.sub(r"\s+", " ", re.sub(r">\s+<", "><", html))


@pytest.mark.parametrize("widget", WIDGETS, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("value", [None, "", HOSTILE, "a", ["a", "3"], 3, mark_safe("<i>x</i>")])
def test_the_same_letters(widget, value):
    if isinstance(value, list) and not getattr(widget, "allow_multiple_selected", False):
        value = value[0]
    drawn = [
        widget.render("name", value, attrs={"id": "id_name", "aria-label": HOSTILE}, renderer=renderer)
        for renderer in (Renderer(), TemplatesSetting())
    ]
    assert tight(drawn[0]) == tight(drawn[1])
    assert "<script>" not in drawn[0]


def test_a_single_choice_with_and_without_its_label():
    form = forms.Form()
    form.fields["pick"] = forms.ChoiceField(choices=[("a", "甲"), ("b", HOSTILE)], widget=PickRadio())
    theirs = TemplatesSetting()
    for choice in form["pick"].subwidgets:
        for wrap in (True, False):
            context = {"widget": {**choice.data, "wrap_label": wrap}}
            name = choice.data["template_name"]
            assert tight(Renderer().render(name, context)) == tight(theirs.render(name, context))


def test_the_control_what_is_not_drawn_here_goes_through_the_templates():
    assert forms.ClearableFileInput().template_name not in DRAWN
    assert "<div" in forms.RadioSelect(choices=CHOICES).render("name", "a", renderer=Renderer())
