"""Draws Django forms in the markup of the design: sections, fields with hint and error, the error summary."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BaseForm, BoundField
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.kit.forms import CountedTextarea, PickRadio

NOTHING_CHOSEN = "---------"  # Django's own words for an open choice


@dataclass(frozen=True)
class Section:
    """A card of a long form. A row is a field name, or a tuple of two or three names that stand side by side."""

    title: str
    rows: list[str | tuple[str, ...]]
    id: str = ""
    note: str = ""


@dataclass(frozen=True)
class Row:
    """One drawn line of a section: the fields and the grid they stand in."""

    css: str
    fields: list[BoundField]


_GRIDS = {1: "", 2: "grid2", 3: "grid3"}


def sections_of(form: BaseForm) -> list[dict[str, Any]]:
    """The form's ``layout`` with its bound fields; one nameless section with all visible fields without it."""
    layout = getattr(form, "layout", None)
    if not layout:
        rows = [Row("", [bound]) for bound in form.visible_fields()]
        return [{"title": "", "id": "", "note": "", "rows": rows, "missing": 0}]
    return [_drawn(form, section) for section in layout]


def _drawn(form: BaseForm, section: Section) -> dict[str, Any]:
    rows = []
    for row in section.rows:
        names = (row,) if isinstance(row, str) else row
        bounds = [form[name] for name in names if name in form.fields]
        if bounds:
            rows.append(Row(_GRIDS.get(len(names), "grid3"), bounds))
    wrong = sum(1 for row in rows for bound in row.fields if bound.errors)
    return {"title": section.title, "id": section.id, "note": section.note, "rows": rows, "missing": wrong}


def _kind(widget: forms.Widget) -> str:
    if isinstance(widget, PickRadio):
        return "pick"
    if isinstance(widget, forms.CheckboxSelectMultiple | forms.RadioSelect):
        return "group"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, CountedTextarea):
        return "counted"
    if isinstance(widget, forms.ClearableFileInput):
        return "file"
    return "select" if isinstance(widget, forms.Select) else "plain"


def draw_field(
    bound: BoundField, *, label: str = "", hint: str = "", opt: str = "", css: str = "", bare: str = ""
) -> SafeString:
    """One field with label, hint and error, tied together for screen readers.

    ``bare`` drops the placeholder and the help that a library has set.
    """
    if bound.is_hidden:
        return SafeString(bound.as_hidden())
    widget = bound.field.widget
    kind = _kind(widget)
    hint = hint or ("" if bare else bound.help_text)
    if hasattr(widget, "draws"):
        return widget.draws(bound, hint)
    if getattr(bound.field, "empty_label", None) == NOTHING_CHOSEN:
        bound.field.empty_label = _("还没选")
    described = _described(bound, kind, hint)
    attrs = {"class": _css(widget, kind), **({"aria-describedby": described} if described else {})}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    if bare:
        widget.attrs.pop("placeholder", None)
    context = {
        "bound": bound,
        "kind": kind,
        "id": bound.auto_id,
        "label": label or bound.label,
        "hint": hint,
        "opt": opt or ("" if bound.field.required or kind == "check" else _("选填")),
        "css": css,
        "described": described,
        "limit": getattr(widget, "limit", 0),
        "control": SafeString("") if kind in ("pick", "group") else bound.as_widget(attrs=attrs),
        "choices": _choices(bound, described) if kind in ("pick", "group") else (),
    }
    return render_to_string("kit/field.html", context)


def _described(bound: BoundField, kind: str, hint: str) -> str:
    ids = [f"{bound.auto_id}-hint"] if hint else []
    if kind == "counted":
        ids.append(f"{bound.auto_id}-count")
    if bound.errors:
        ids.append(f"{bound.auto_id}-err")
    return " ".join(ids)


def _css(widget: forms.Widget, kind: str) -> str:
    ours = {"check": "form-check-input", "select": "form-select"}.get(kind, "form-control")
    return f"{ours} {widget.attrs.get('class', '')}".strip()


def _choices(bound: BoundField, described: str) -> list[tuple[SafeString, str, str]]:
    kind = "" if isinstance(bound.field.widget, PickRadio) else "form-check-input"
    drawn = []
    for choice in bound.subwidgets:
        choice.data["attrs"].update({"class": kind} if kind else {})
        if described:
            choice.data["attrs"]["aria-describedby"] = described
        drawn.append((choice.tag(), choice.choice_label, choice.id_for_label))
    return [row for row in drawn if row[1] not in ("", NOTHING_CHOSEN)]


def _in_page_order(form: BaseForm) -> list[BoundField]:
    """The fields as one meets them: along the layout, then whatever the layout leaves out."""
    laid = [bound for section in sections_of(form) for row in section["rows"] for bound in row.fields]
    seen = {bound.name for bound in laid}
    return laid + [bound for bound in form if bound.name not in seen]


def problems_of(*forms_: BaseForm) -> list[tuple[str, str]]:
    """Every error with the id of its field ("" for the form as a whole), in the order of the page."""
    found = []
    for form in forms_:
        found += [("", str(text)) for text in form.non_field_errors()]
        for bound in _in_page_order(form):
            target = "" if bound.is_hidden else bound.auto_id
            if bound.errors and _kind(bound.field.widget) in ("pick", "group"):
                target = f"{bound.auto_id}_0"
            found += [
                (target, _("%(label)s：%(text)s") % {"label": bound.label, "text": text}) for text in bound.errors
            ]
    return found
