"""The list as a sheet: the very rows and columns that the page shows."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO
from urllib.parse import quote

from django.conf import settings
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from portal.kit import days
from portal.kit.gather import gather
from portal.kit.sheets_write import Col, Mark, write_table
from portal.kit.table_query import Asked
from portal.kit.table_spec import Column, Listing

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHUNK = 2000


@dataclass(frozen=True)
class Export:
    """What is about to leave the portal; handed to ``settings.LISTING_EXPORT_HOOK`` before it does."""

    listing: Listing
    query: str
    columns: list[str]
    count: int

    @property
    def personal(self) -> list[Column]:
        """The columns that may leave only with a second person's consent."""
        return [column for column in self.listing.columns if column.personal and column.name in self.columns]

    @property
    def big(self) -> bool:
        return self.count > self.listing.export_limit


def find_listing(key: str) -> Listing:
    """The listing registered under ``key`` in some app's ``tables.LISTINGS``."""
    for listing in gather("tables", "LISTINGS"):
        if isinstance(listing, Listing) and listing.key == key:
            return listing
    raise KeyError(key)


def write_listing(
    listing: Listing,
    queryset: QuerySet,
    query: str,
    columns: list[str] | None,
    target: Path | BinaryIO,
    *,
    actor: Any = None,
    progress: Callable[[int], None] | None = None,
    mark: Mark | None = None,
) -> int:
    """Write every row that ``query`` means; returns how many. Rows are fetched in chunks, memory stays flat."""
    asked = Asked(listing, queryset, QueryDict(query.lstrip("?")), actor)
    drawn = listing.to_export(columns)
    footer = _footer(asked, actor)
    sheet = [Col(column.name, column.label, kind=column.kind, width=column.width) for column in drawn]
    return write_table(
        target,
        sheet,
        _rows(asked.rows.defer(*listing.unread(drawn)), drawn, progress),
        sheet=listing.title[:31],
        footer=footer,
        mark=mark,
    )


def _rows(rows: QuerySet, columns: list[Column], progress: Callable[[int], None] | None) -> Any:
    for number, row in enumerate(_shared(rows).iterator(chunk_size=CHUNK), 1):
        yield [column.exported(row) for column in columns]
        if progress and number % 500 == 0:
            progress(number)


def _shared(rows: QuerySet) -> QuerySet:
    """The rows with what they point to fetched once a chunk: a join makes a new district for each of its schools."""
    joined = rows.query.select_related
    return rows.select_related(None).prefetch_related(*_paths(joined)) if isinstance(joined, dict) else rows


def _paths(joined: dict[str, Any], before: str = "") -> list[str]:
    return [path for name, more in joined.items() for path in (before + name, *_paths(more, f"{before}{name}__"))]


def _footer(asked: Asked, actor: Any) -> tuple[str, ...]:
    who = getattr(getattr(actor, "user", None), "name", "")
    conditions = [condition.text for condition in asked.conditions]
    if asked.params.get("q", "").strip():
        conditions.append(_("找：%(words)s") % {"words": asked.params["q"].strip()})
    words = "；".join(conditions) or _("没有限定")
    when = f"{days.local(days.now()):%Y-%m-%d %H:%M}"
    return (
        asked.listing.title,
        _("%(who)s %(when)s 导出") % {"who": who, "when": when},
        _("看哪些：%(view)s") % {"view": asked.view.label if asked.view else _("全部")},
        _("条件：%(words)s") % {"words": words},
    )


def export_response(request: HttpRequest, asked: Asked, columns: list[str] | None) -> HttpResponse:
    """The sheet at once, or what the hook answers instead (a started job, a refusal)."""
    listing, actor = asked.listing, asked.actor
    query, drawn = asked.url(), listing.to_export(columns)
    if request.GET.get("personal") == "no":
        drawn = [column for column in drawn if not column.personal]
        columns = [column.name for column in drawn]
    export = Export(listing, query, [column.name for column in drawn], asked.total)
    hook = getattr(settings, "LISTING_EXPORT_HOOK", "")
    answer = import_string(hook)(request, export) if hook else None
    if answer is not None:
        return answer
    target = TemporaryFile()  # noqa: SIM115 - FileResponse closes it
    write_listing(listing, asked.queryset, query, columns, target, actor=actor)
    target.seek(0)
    name = f"{listing.export_name}-{days.today():%Y%m%d}.xlsx"
    response = FileResponse(target, content_type=XLSX)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response
