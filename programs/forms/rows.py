"""A question that is answered in rows, drawn as one table: names are ``question-row-column``, rows count from 0.

Without script there are some empty rows, and “再加一行” keeps what was typed and draws more; with it rows come and go
in place (``assets/src/rows.js``).
"""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms import BoundField
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from programs.queries.answers import row_name, rows_of, sums
from programs.spec import Field

#: Rows that are there to begin with, and empty ones after what was written.
AT_FIRST, SPARE = 3, 1


class RowsInput(forms.Widget):
    """The rows of one question. Draws its whole field: a group of inputs has a legend, not a label."""

    def __init__(self, asked: Field) -> None:
        self.asked = asked
        super().__init__()

    def draws(self, bound: BoundField, hint: str) -> SafeString:
        """The field with its heading, hint, rows and errors."""
        one, value = self.asked, bound.value()
        rows = rows_of(one, value)
        context = {
            "bound": bound, "id": bound.auto_id, "hint": hint, "free": not one.rows,
            "opt": "" if bound.field.required else _("选填"), "first": _("指标") if one.rows else _("序号"),
            "weighed": any(weight for _words, weight in one.rows), "columns": one.columns, "most": one.maximum or "",
            "rows": [_drawn(one, n, row) for n, row in enumerate(rows + [{}] * _blanks(one, len(rows)))],
            "sums": sums(one, rows),
        }  # fmt: skip
        return render_to_string("programs/_rows.html", context)


def _blanks(one: Field, written: int) -> int:
    if one.rows:
        return 0
    wanted = max(written + SPARE, one.minimum or 0, AT_FIRST)
    return max(0, (min(wanted, one.maximum) if one.maximum else wanted) - written)


def _drawn(one: Field, n: int, row: Mapping[str, Any]) -> dict[str, Any]:
    """One row: its heading, weight and cells as the template needs them."""
    cells = [
        {
            "column": column, "name": f"{one.name}-{n}-{column.name}", "value": row.get(column.name),
            "label": f"{row_name(one, n)}，{column.label}",
        }
        for column in one.columns
    ]  # fmt: skip
    words, weight = one.rows[n] if one.rows else (str(n + 1), 0)
    return {"words": words, "weight": weight, "cells": cells}


def typed_rows(name: str, posted: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a question as they came, empty ones among them; none if the question was not on the page."""
    found: dict[int, dict[str, Any]] = {}
    pattern = re.compile(rf"{re.escape(name)}-(\d{{1,3}})-(\w+)")
    for key in posted:
        if part := pattern.fullmatch(key):
            found.setdefault(int(part[1]), {})[part[2]] = posted[key]
    return [found[n] for n in sorted(found)]
