"""What an importer is: a value that a room fills in. Reading, preview, commit and undo are the same for every room."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from django.db import models
from django.utils.translation import gettext as _

from portal.core.actor import Actor
from portal.kit.gather import gather
from portal.kit.refusal import Refused
from portal.kit.sheets_guard import LIMITS, Limits, column_letter
from portal.kit.sheets_read import Cell, Column, Row, Table
from portal.kit.sheets_write import Col
from portal.registry.models import ImportRow, Organization

Values = dict[str, Any]
#: Every field of a conflict: keeping what the portal has then means leaving the whole row alone.
ALL = "*"


@dataclass(frozen=True, slots=True)
class Field:
    """A column of the workbook: its head, what may stand in it, and how a cell becomes a value.

    ``read`` raises ``Refused`` with the reason; ``cure`` says what to do about it ({letter}: the column's letter).
    """

    key: str
    title: str
    read: Callable[[Cell], Any]
    required: bool = False
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    hint: str = ""
    cure: str = ""
    kind: str = "text"
    width: float = 14
    #: Tells a text that ``read`` would give back as it is; a column in which no two cells are alike is quicker for it.
    plain: Callable[[str], object] | None = None

    @property
    def column(self) -> Column:
        """For the reader of sheets."""
        return Column(self.key, self.title, self.aliases, self.required)

    @property
    def col(self) -> Col:
        """For the writer of sheets: templates and results hold text, so that no number loses its end."""
        return Col(self.key, self.title, "text", self.width, self.choices, self.required, self.hint)


class Problem(NamedTuple):
    """One thing that is wrong with one cell, and the way out."""

    cell: str
    value: str
    reason: str
    cure: str
    key: str
    near: int = 0


class Change(NamedTuple):
    """What an existing row would become."""

    field: str
    label: str
    old: str
    new: str


class Conflict(NamedTuple):
    """The portal and the sheet say different things; ``fields`` is what "留系统的" leaves as it is."""

    text: str
    fields: tuple[str, ...]


class Reading:
    """One row while it is read: values by key, and everything that is wrong with it."""

    __slots__ = ("_raw", "_row", "number", "problems", "table", "values")

    def __init__(self, table: Table, raw: tuple[int, list[Any], int]) -> None:
        self.table, self._raw, self.number = table, raw, raw[0]
        self._row: Row | None = None
        self.values: Values = {}
        self.problems: list[Problem] = []

    @property
    def row(self) -> Row:
        """The cells themselves; only what is doubtful or wrong asks for them."""
        if self._row is None:
            self._row = self.table.row(*self._raw)
        return self._row

    @property
    def sheet(self) -> str:
        return self.table.sheet

    @property
    def place(self) -> str:
        """``教师!12``."""
        return f"{self.table.sheet}!{self.number}"

    def wrong(self, key: str, reason: str, cure: str = "", value: str | None = None, near: int = 0) -> None:
        """Note a problem. ``value``: shown instead of a masked text; ``near``: the union probably meant."""
        letter = column_letter(self.table.found.get(key, 1))
        shown = self.row.text(key) if value is None else value
        self.problems.append(
            Problem(f"{letter}{self.number}", shown[:80], reason, cure.replace("{letter}", letter), key, near)
        )

    def take(self, one: Field) -> None:
        """Read the cell of one field; a blank cell gives no value."""
        cell = self.row.cells.get(one.key)
        if cell is None:
            if one.required:
                self.wrong(one.key, _("“%(title)s”没有填") % {"title": one.title}, _("填上再传"))
            return
        try:
            self.values[one.key] = one.read(cell)
        except Refused as refusal:
            self.wrong(one.key, str(refusal), one.cure or (_("从下拉里选一项") if one.choices else _("改好再传")))


@dataclass
class Found:
    """What the portal has for one row of the sheet."""

    existing: models.Model | None = None
    changes: list[Change] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    problems: list[tuple[str, str, str]] = field(default_factory=list)  # key, reason, cure


#: What ``match`` may give for a row that the portal has exactly so: nothing needs to be kept of it.
UNCHANGED = Found()


@dataclass
class Line:
    """A row about to be written: its values, what was found, what the portal keeps. ``undo`` is the way back."""

    row: ImportRow
    values: Values
    found: Found
    kept: frozenset[str] = frozenset()
    undo: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Scope:
    """In whose name and for which organisation the file is read, and of which day it is."""

    by: Actor
    organization: Organization
    as_of: datetime.date
    meant: Mapping[str, int] = field(default_factory=dict)
    lock: bool = False


@dataclass(frozen=True)
class Importer:
    """A sheet that a room can take in.

    ``prepare(scope)`` loads what all rows share; ``check(reading, look)`` looks across the cells of a row;
    ``match(values, look)`` finds what exists with a constant number of queries per chunk; ``write(lines, by, look)``
    writes a chunk in bulk with its records; ``undo(rows, by)`` takes rows back and returns the names of
    those it may not, None where what was written has gone out and cannot be taken back.
    ``limits``: how large a file may be.
    """

    key: str
    title: str
    thing: str
    resource: str
    fields: tuple[Field, ...]
    example: dict[str, str]
    instructions: tuple[str, ...]
    prepare: Callable[[Scope], Any]
    check: Callable[[Reading, Any], None]
    match: Callable[[Sequence[Values], Any], list[Found]]
    write: Callable[[Sequence[Line], Actor, Any], None]
    undo: Callable[[Sequence[tuple[ImportRow, dict[str, Any]]], Actor], list[str]] | None
    label: Callable[[Values], str]
    order: int = 50
    limits: Limits = LIMITS

    @property
    def undoable(self) -> bool:
        return self.undo is not None

    @property
    def columns(self) -> tuple[Column, ...]:
        return tuple(one.column for one in self.fields)

    def decode(self, values: Values) -> Values:
        """Values as they come out of JSON, with their days again."""
        for key in self._days:
            if values.get(key):
                values[key] = datetime.date.fromisoformat(values[key])
        return values

    @cached_property
    def _days(self) -> tuple[str, ...]:
        return tuple(one.key for one in self.fields if one.kind == "date")


def importers() -> list[Importer]:
    """Every importer of every installed app."""
    return sorted(gather("importers", "IMPORTERS"), key=lambda one: one.order)  # type: ignore[attr-defined]


def importer(key: str) -> Importer | None:
    """The importer called ``key``."""
    return next((one for one in importers() if one.key == key), None)
