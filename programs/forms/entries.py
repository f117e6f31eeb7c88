"""The form of an entry, drawn from the call's frozen fields, and the small forms around it.

A draft is kept as it was typed and never refused, so the form does not clean: what is wrong with an answer is asked of
the same rule that stops the hand-in (``checks.answer_problem``).
"""

import datetime
from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _

from portal.kit.drawing import Section
from portal.kit.forms import CountedTextarea, DateInput, NumberInput, PickRadio
from programs.actions.drafts import SUBJECT
from programs.checks import answer_problem
from programs.forms.rows import RowsInput, typed_rows
from programs.models import Call, Entry
from programs.spec import Field

#: Characters of choices that stand side by side in a third of the form.
IN_A_THIRD = 10
NUMERALS = "一二三四五六七八九十"


# ── one builder per kind of field ──
def _text(one: Field) -> forms.Field:
    return forms.CharField(widget=forms.TextInput({"autocomplete": "off"}))


def _longtext(one: Field) -> forms.Field:
    rows = 12 if one.limit > 600 else 3
    widget = CountedTextarea(limit=one.limit, rows=rows) if one.limit else forms.Textarea({"rows": rows})
    return forms.CharField(widget=widget)


def _int(one: Field) -> forms.Field:
    return forms.CharField(widget=NumberInput())


def _date(one: Field) -> forms.Field:
    return forms.CharField(widget=DateInput())


def _bool(one: Field) -> forms.Field:
    return forms.BooleanField()


def _choice(one: Field) -> forms.Field:
    short = one.width >= 3 or sum(len(label) for _value, label in one.choices) <= IN_A_THIRD
    if len(one.choices) <= 4 and one.required and short:
        return forms.ChoiceField(choices=one.choices, widget=PickRadio())
    return forms.ChoiceField(choices=[("", _("请选")), *one.choices])


def _table(one: Field) -> forms.Field:
    return forms.Field(widget=RowsInput(one))


BUILDERS: dict[str, Callable[[Field], forms.Field]] = {
    "text": _text, "longtext": _longtext, "int": _int, "date": _date, "bool": _bool, "choice": _choice, "table": _table,
}  # fmt: skip


def build(one: Field) -> forms.Field:
    """The form field for one question; what the registry knows is shown and cannot be typed over."""
    if one.locked:
        built: forms.Field = forms.CharField(widget=forms.TextInput({"readonly": True}))
    else:
        built = BUILDERS[one.kind](one)
    built.label, built.help_text, built.required = one.label, one.help, one.required or one.locked
    return built


def readable_day(value: Any) -> str:
    """1985年6月15日; a date that only stands there is not typed, so it is written as people write it."""
    try:
        day = datetime.date.fromisoformat(str(value or ""))
    except ValueError:
        return str(value or "")
    return f"{day.year}年{day.month}月{day.day}日"


class EntryForm(forms.Form):
    """All questions of one entry. ``answers`` is what is kept or was typed; ``checked`` asks for the problems."""

    use_required_attribute = False

    def __init__(self, call: Call, answers: Mapping[str, Any], *, subject: str = "", checked: bool = False) -> None:
        self.questions = call.fields
        self.called = call.program.called
        # "is": a nought is an answer, and 0 == False
        values = {name: value for name, value in answers.items() if value is not None and value is not False}
        for one in self.questions:
            if one.locked and one.kind == "date":
                values[one.name] = readable_day(values.get(one.name))
        super().__init__({**values, SUBJECT: subject} if checked else None, initial={**values, SUBJECT: subject})
        if self.called.name:
            self.fields[SUBJECT] = forms.CharField(label=self.called.name, help_text=self.called.help)
        for one in self.questions:
            self.fields[one.name] = build(one)
        self.answers, self.subject = answers, subject
        self.layout: list[Section] = layout(self.questions, bool(self.called.name))

    def full_clean(self) -> None:
        """Nothing is cleaned: the problems are those of the engine's own rule."""
        self._errors, self.cleaned_data = ErrorDict(renderer=self.renderer), {}
        if not self.is_bound:
            return
        if self.called.name and not self.subject.strip():
            self.add_error(SUBJECT, _("没填"))
        for one in self.questions:
            if problem := answer_problem(one, self.answers.get(one.name)):
                self.add_error(one.name, problem)


def layout(questions: tuple[Field, ...], named: bool = False) -> list[Section]:
    """One card per section; narrow fields stand three in a row, wide ones alone."""
    by_section: dict[str, list[Field]] = {}
    for one in questions:
        by_section.setdefault(one.section, []).append(one)
    sections = []
    for n, (title, members) in enumerate(by_section.items()):
        rows: list[str | tuple[str, ...]] = [SUBJECT] if named and n == 0 else []
        rows += _rows(members)
        sections.append(Section(f"{NUMERALS[n % 10]}、{title}", rows, id=f"s{n + 1}"))
    return sections


def _rows(members: list[Field]) -> list[str | tuple[str, ...]]:
    rows: list[str | tuple[str, ...]] = []
    line: list[str] = []
    for one in members:
        wide = one.width >= 3 or one.kind in ("longtext", "table")
        if line and (wide or len(line) == 3):
            rows.append(_padded(line))
            line = []
        if wide:
            rows.append(one.name)
        else:
            line.append(one.name)
    return [*rows, _padded(line)] if line else rows


def _padded(line: list[str]) -> tuple[str, ...]:
    # Names that are no field keep the grid of three, so that a lone number is not drawn as wide as the page.
    return tuple(line + [""] * (3 - len(line)))


def typed(call: Call, posted: Mapping[str, Any]) -> dict[str, Any]:
    """What came with a full form: a box that was not ticked says no, a question that was not shown says nothing."""
    tables = {one.name: rows for one in call.fields if one.kind == "table" and (rows := typed_rows(one.name, posted))}
    plain = {
        one.name: posted.get(one.name, "") == "on" if one.kind == "bool" else posted[one.name]
        for one in call.fields
        if not one.locked and (one.kind == "bool" or one.name in posted)
    }
    return plain | tables


class StartForm(forms.Form):
    """Which prize, and who: a person of the roster, something with a name and its head, or the unit alone."""

    def __init__(self, *args: Any, call: Call, categories: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget = PickRadio() if len(categories) <= 3 else forms.Select()
        self.fields["category"] = forms.ChoiceField(label=_("报哪一项"), choices=categories, widget=widget)
        called = call.program.called
        if called.name:
            self.fields["subject"] = forms.CharField(label=called.name, max_length=120, help_text=called.help)
        if called.head:
            self.fields["member"] = forms.IntegerField(label=called.head, widget=forms.HiddenInput(), required=False)


class MoveForm(forms.Form):
    """The reason of a move, as long as the table asks for one."""

    def __init__(self, *args: Any, label: str = "", help_text: str = "", required: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"] = forms.CharField(
            label=label or _("理由"), help_text=help_text, required=required, max_length=2000,
            widget=CountedTextarea(limit=200, rows=3),
        )  # fmt: skip


def flag_choices(entry: Entry) -> list[tuple[str, str]]:
    """What a reviewer may ask to have mended: every question that the unit answers itself, then the papers."""
    asked = [(one.name, one.label) for one in entry.questions if not one.locked]
    if name := entry.call.program.called.name:
        asked.insert(0, (SUBJECT, name))
    return asked + [(f"file-{item.name}", item.label) for item in entry.papers]
