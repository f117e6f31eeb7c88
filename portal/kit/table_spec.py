"""A list as a value: its columns, what one can look for, its saved views, its moves. No database, no request."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, cached_property
from operator import attrgetter
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Q
from django.utils import timezone
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeData, SafeString, mark_safe

from portal.kit.text import escaped

Accessor = Callable[[Any], Any] | str
SIZES = (20, 50, 100)

_PHONE = {"k": "k", "s": "s", "w": "w", "hide": "hide", "desk": "desk-only"}


@cache
def _labels(model: type, name: str) -> dict[Any, str]:
    """The words of a field's choices, looked up once: Django translates all of them anew for every row."""
    return {value: str(label) for value, label in model._meta.get_field(name).flatchoices}  # type: ignore[attr-defined]


@cache
def _reader(accessor: str) -> Callable[[Any], Any]:
    """How a path is followed, worked out once: ``call.title``, ``organization.get_kind_display``."""
    path, _dot, last = accessor.rpartition(".")
    shown = last.startswith("get_") and last.endswith("_display")
    name = last[4:-8] if shown else last
    follow = attrgetter(path) if path else None

    def read(row: Any) -> Any:
        try:
            row = follow(row) if follow else row
            value = getattr(row, name)
        except (ObjectDoesNotExist, AttributeError):
            # a link that leads nowhere (no district, no panel) is an empty cell, not an error
            return ""
        if shown:
            return _labels(type(row), name).get(value, value)
        return value() if callable(value) else value

    return read


def _read(accessor: Accessor, row: Any) -> Any:
    return accessor(row) if callable(accessor) else _reader(accessor)(row)


@dataclass(frozen=True)
class Column:
    """One column: what it shows, what it exports, what it sorts by, and its part on a phone's card.

    ``phone``: k name, s badge, w full line, l labelled line, h labelled and sharing a line, hide, desk (only there).
    ``kind`` and ``width`` are for the sheet (see ``sheets_write.Col``). ``loads`` names database columns that are dear
    to read (sealed, long) and wanted by this column only: where it is not shown they stay in the database.
    A ``personal`` column leaves in a sheet only with a second person's consent.
    """

    name: str
    label: str
    value: Accessor = ""
    css: str = ""
    phone: str = "l"
    sort: str | tuple[str, ...] = ()
    link: Callable[[Any], str] | None = None
    export: Accessor | bool = True
    default: bool = True
    fixed: bool = False
    export_default: bool = False
    kind: str = "text"
    width: int = 14
    loads: tuple[str, ...] = ()
    personal: bool = False

    @cached_property
    def attrs(self) -> SafeString:
        """The attributes of every cell of this column, ready made."""
        css = " ".join(filter(None, [_PHONE.get(self.phone, ""), self.css]))
        parts = [format_html(' class="{}"', css)] if css else []
        if self.phone in ("l", "h"):
            parts.append(format_html(' data-l="{}"', self.label))
        if self.phone == "h":
            parts.append(mark_safe(" data-h"))  # nosec B308 # a literal
        return mark_safe("".join(parts))  # nosec B308 # every part is escaped above

    @cached_property
    def order(self) -> tuple[str, ...]:
        return (self.sort,) if isinstance(self.sort, str) else self.sort

    def cell(self, row: Any) -> SafeString:
        """The inside of the cell; a SafeString (a badge) is kept, all else is escaped."""
        value = _read(self.value or self.name, row)
        text = "" if value is None else escaped(f"{value:,}" if type(value) is int else value)
        url = self.link(row) if self.link else ""
        inside = f'<a href="{escaped(url)}">{text}</a>' if url else text
        return mark_safe(inside)  # nosec B308 # escaped above

    def exported(self, row: Any) -> Any:
        """The value for the sheet: plain text, number or date, never markup."""
        accessor = self.export if self.export is not True else (self.value or self.name)
        value = _read(accessor, row)
        if type(value) is str:
            return value
        if isinstance(value, datetime):
            return value if self.kind == "datetime" else timezone.localtime(value).replace(tzinfo=None)
        if isinstance(value, SafeData):
            return strip_tags(str(value))
        return value if isinstance(value, int | float | date) else "" if value is None else str(value)


@dataclass(frozen=True)
class View:
    """A saved view: a tab with its count. ``where`` is a Q or a function of the actor; it must not join to-many."""

    name: str
    label: str
    where: Q | Callable[[Any], Q] | None = None

    def q(self, actor: Any) -> Q:
        if self.where is None:
            return Q()
        return self.where if isinstance(self.where, Q) else self.where(actor)


@dataclass(frozen=True)
class Bulk:
    """A move for the ticked rows: POSTs ``pk`` (or ``all=1``) to the named URL."""

    label: str
    url_name: str
    allowed: Callable[[Any], bool] | None = None


@dataclass(frozen=True)
class Empty:
    """What is said when there is nothing yet: what comes next, and one way on."""

    title: str
    text: str = ""
    link_text: str = ""
    link_url: str = ""


@dataclass(frozen=True)
class Act:
    """A button at the right of the heading."""

    label: str
    url: str
    icon: str = ""
    primary: bool = False
    dialog: bool = False


@dataclass(frozen=True)
class Listing:
    """A list page as data. See /kit/components/ for one alive."""

    key: str
    title: str
    columns: tuple[Column, ...]
    noun: str = "条"
    search: tuple[str, ...] = ()
    search_hint: str = "姓名、拼音首字母、编号"
    filters: type | None = None
    filters_in_row: int = 3
    views: tuple[View, ...] = ()
    default_view: str = ""
    order: tuple[str, ...] = ("-pk",)
    bulk: tuple[Bulk, ...] = ()
    empty: Empty = field(default_factory=lambda: Empty("这里还没有内容"))
    export_name: str = ""
    export_limit: int = 5000
    row_label: Callable[[Any], str] = str
    row_class: Callable[[Any], str] | None = None
    source: Callable[[Any], Any] | None = None
    size: int = 50

    @cached_property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    def shown(self, chosen: list[str] | None) -> list[Column]:
        """The columns to draw: the chosen ones, or those shown by default; fixed ones always."""
        if chosen is None:
            return [column for column in self.columns if column.default or column.fixed]
        return [column for column in self.columns if column.fixed or column.name in chosen]

    def unread(self, drawn: Iterable[Column]) -> list[str]:
        """Database columns that these columns do not want."""
        wanted = {name for column in drawn for name in column.loads}
        return [name for column in self.columns for name in column.loads if name not in wanted]

    def to_export(self, chosen: list[str] | None) -> list[Column]:
        shown = self.shown(chosen)
        return [c for c in self.columns if c.export is not False and (c in shown or c.export_default)]
