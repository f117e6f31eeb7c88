"""Where a page of the API ends: the sort keys of its last row, and the rows that stand behind them.

Not the number of rows to skip: the last page of 300,000 costs what the first costs, and a row that is added or goes
meanwhile moves no other from one page to the next. Sealed, because names are sort keys and addresses are logged.
"""

import datetime
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Model, Q, QuerySet

from portal.kit import crypto

LONGEST = 2000
_CONTEXT = "api-cursor"
_UNIQUE = ("pk", "id")


class Unreadable(Exception):
    """A cursor of another order, or none of ours."""


class Order:
    """The order of a list down to its first unique key, and its rows with the values of these keys."""

    def __init__(self, rows: QuerySet, order: Sequence[str]) -> None:
        self.names: list[str] = []
        for name in [*order, "pk"]:
            self.names.append(name)
            if _bare(name) in _UNIQUE:
                break
        self.rows = rows.annotate(**{f"_key{n}": F(_bare(name)) for n, name in enumerate(self.names)})

    def end(self, row: Model) -> str:
        """The cursor behind this row."""
        values = [getattr(row, f"_key{n}") for n in range(len(self.names))]
        return crypto.seal(json.dumps([self.names, values], default=_plain, ensure_ascii=False), _CONTEXT)

    def behind(self, cursor: str) -> QuerySet:
        """The rows after the cursor. Raises Unreadable."""
        try:
            names, values = json.loads(crypto.open_(cursor, _CONTEXT))
            if names != self.names:
                raise Unreadable
            return self.rows.filter(self._beyond([self._read(n, value) for n, value in enumerate(values)]))
        except (crypto.CryptoError, ValidationError) as wrong:
            raise Unreadable from wrong

    def _field(self, n: int) -> Any:
        return self.rows.query.annotations[f"_key{n}"].output_field

    def _read(self, n: int, value: Any) -> Any:
        return None if value is None else self._field(n).to_python(value)

    def _beyond(self, values: list[Any]) -> Q:
        """Further in one key and alike in all before it. The bound around each step is what an index can begin at."""
        beyond = Q(pk__in=[])
        for n, value in reversed(list(enumerate(values))):
            name, down = _bare(self.names[n]), self.names[n].startswith("-")
            if value is None:
                beyond = Q(**{f"{name}__isnull": True}) & beyond | (
                    Q(**{f"{name}__isnull": False}) if down else Q(pk__in=[])
                )
                continue
            step = "lt" if down else "gt"
            beyond = Q(**{f"{name}__{step}": value}) | Q(**{name: value}) & beyond
            if not down and (self._field(n).null or "__" in name):  # PostgreSQL: nulls last going up, first going down
                beyond |= Q(**{f"{name}__isnull": True})
            else:
                beyond &= Q(**{f"{name}__{step}e": value})
        return beyond


def _bare(name: str) -> str:
    return name.removeprefix("-")


def _plain(value: Any) -> str:
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"no sort key: {type(value).__name__}")
