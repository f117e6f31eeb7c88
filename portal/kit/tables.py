"""One building block for every list: found by search and filters, seen in saved views, sorted, paged, ticked, exported.

The full page works by its URL without script; htmx swaps the table (or the section) of the same URL.
A page of three rows costs as many queries as a page of one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import format_lazy
from django.utils.translation import gettext as _

from portal import policy
from portal.kit import addresses
from portal.kit.table_export import Export, export_response, find_listing, write_listing
from portal.kit.table_query import Asked, Condition
from portal.kit.table_spec import SIZES, Act, Bulk, Column, Empty, Listing, View
from portal.kit.text import escaped

__all__ = [
    "Act",
    "Bulk",
    "Column",
    "Empty",
    "Export",
    "Listing",
    "View",
    "filter_label",
    "find_listing",
    "is_fragment",
    "listing_context",
    "listing_page",
    "selected",
    "write_listing",
]  # fmt: skip

SESSION = "columns"
MAX_TICKED = 100


def filter_label(name: Any) -> Any:
    """The words of an open filter: “状态：不限”."""
    return format_lazy("{}：不限", name)


# ── what the template draws ──
@dataclass(frozen=True)
class Head:
    """One column head; with ``url`` it sorts."""

    text: str
    css: str
    url: str
    direction: str
    hx: SafeString


@dataclass(frozen=True)
class Tab:
    label: str
    url: str
    count: int
    current: bool


@dataclass(frozen=True)
class Page:
    """One entry of the pager; ``gap`` is the … between."""

    text: str = ""
    url: str = ""
    label: str = ""
    current: bool = False
    gap: bool = False
    hx: str = ""


@dataclass(frozen=True)
class Drawn:
    """A list ready for ``kit/_list.html``."""

    listing: Listing
    asked: Asked
    path: str
    hx: SafeString
    #: Rows ready drawn: a template that draws four hundred cells costs more than the rest of the page.
    lines: list[SafeString]
    heads: list[Head]
    tabs: list[Tab]
    pages: list[Page]
    fields_row: list[Any]
    fields_more: list[Any]
    kept: list[tuple[str, str]]
    conditions: list[Condition]
    columns: list[tuple[Column, bool]]
    bulk: list[tuple[str, str]]
    loosened: list[tuple[str, str, int]]
    exportable: bool = True

    @property
    def first(self) -> int:
        return (self.asked.page - 1) * self.asked.size + 1 if self.lines else 0

    @property
    def last(self) -> int:
        return self.first + len(self.lines) - 1 if self.lines else 0

    @property
    def sizes(self) -> list[tuple[int, str]]:
        return [(size, self.asked.url(size=size)) for size in SIZES]

    @property
    def narrowed(self) -> bool:
        """Whether an empty page is empty because of what was asked, not because nothing is there."""
        return bool(self.conditions or self.asked.params.get("q", "").strip() or self.loosened)

    @property
    def export_url(self) -> str:
        query = self.asked.url()
        wanted = self.listing.export_name and self.exportable
        return f"{query}{'&' if len(query) > 1 else ''}export=xlsx" if wanted else ""

    @property
    def personal(self) -> bool:
        """Whether what would leave holds columns that need a second person's consent."""
        chosen = [column.name for column, shown in self.columns if shown]
        return any(column.personal for column in self.listing.to_export(chosen))

    @property
    def personal_columns(self) -> bool:
        return bool(self.export_url) and any(column.personal for column in self.listing.columns)

    @property
    def carried(self) -> list[tuple[str, str]]:
        """What a form that changes only the columns must carry along."""
        pairs = ((name, value) for name, values in self.asked.params.lists() for value in values if value)
        return [pair for pair in pairs if pair[0] not in ("cols", "page", "export", "personal")]

    @property
    def clear_url(self) -> str:
        kept = {name: self.asked.params.get(name) for name in ("view", "sort", "size")}
        pairs = "&".join(f"{name}={value}" for name, value in kept.items() if value)
        return f"?{pairs}"


def _hx(listing: Listing) -> SafeString:
    return format_html(' hx-boost="true" hx-target="#list-{}" hx-swap="outerHTML show:none"', listing.key)


def _heads(asked: Asked, columns: list[Column], hx: SafeString) -> list[Head]:
    now, descending = asked.sorted_by
    heads = []
    for column in columns:
        direction, url = "", ""
        if column.order:
            down = column is now and not descending
            url = asked.url(sort=f"-{column.name}" if down else column.name)
            direction = ("descending" if descending else "ascending") if column is now else ""
        css = " ".join(word for word in column.css.split() if word in ("n", "c"))
        heads.append(Head(column.label, css, url, direction, hx))
    return heads


def _lines(asked: Asked, columns: list[Column], ticks: bool) -> list[SafeString]:
    listing, lines = asked.listing, []
    for row in asked.slice(columns):
        css = listing.row_class(row) if listing.row_class else ""
        tick = _tick(listing, row) if ticks else ""
        cells = "".join([f"<td{column.attrs}>{column.cell(row)}</td>" for column in columns])
        line = f'<tr class="{escaped(css)}">{tick}{cells}</tr>' if css else f"<tr>{tick}{cells}</tr>"
        lines.append(mark_safe(line))  # nosec B308 # attributes and insides are escaped where they are made
    return lines


def _tick(listing: Listing, row: Any) -> str:
    box = f'name="pk" value="{escaped(row.pk)}" form="bulk-{listing.key}"'
    label = escaped(_("选 %(name)s") % {"name": listing.row_label(row)})
    return f'<td class="desk-only"><input class="form-check-input" type="checkbox" {box} aria-label="{label}"></td>'


def _pages(asked: Asked, hx: SafeString) -> list[Page]:
    page, last = asked.page, asked.pages
    if last == 1:
        return []
    wanted = sorted({1, last, *range(max(1, page - 1), min(last, page + 1) + 1)})
    pages = [Page("‹", asked.url(page=page - 1), _("上一页"), hx=hx)] if page > 1 else []
    before = 0
    for number in wanted:
        if number > before + 1:
            pages.append(Page(gap=True))
        pages.append(Page(str(number), asked.url(page=number), current=number == page, hx=hx))
        before = number
    if page < last:
        pages.append(Page("›", asked.url(page=page + 1), _("下一页"), hx=hx))
    return pages


def _dress(bound: Any) -> Any:
    """A filter control in our classes, named by its label."""
    widget = bound.field.widget
    for part in getattr(widget, "widgets", [widget]):
        select = getattr(part, "input_type", "") == "select"
        part.attrs.setdefault("class", "form-select" if select else "form-control w-auto")
        part.attrs.setdefault("aria-label", bound.label)
    return bound


def _chosen(request: HttpRequest, listing: Listing) -> list[str] | None:
    """This user's columns of this list, kept in the session; ``cols`` in the query sets them, ``cols=-`` forgets."""
    kept: dict[str, list[str]] = request.session.get(SESSION, {})
    wanted = request.GET.getlist("cols")
    if wanted and request.method == "GET":
        kept = {key: value for key, value in kept.items() if key != listing.key}
        if wanted != ["-"]:
            kept[listing.key] = [name for name in wanted if name in listing.by_name]
        request.session[SESSION] = kept
    return kept.get(listing.key)


def listing_context(request: HttpRequest, listing: Listing, queryset: QuerySet) -> Drawn:
    """The list for this request, ready to be drawn."""
    asked = Asked(listing, queryset, request.GET, request.actor, request)
    chosen = _chosen(request, listing)
    shown = listing.shown(chosen)
    hx = _hx(listing)
    bounds = [_dress(bound) for bound in asked.filterset.form] if asked.filterset is not None else []
    kept = [(name, asked.params[name]) for name in ("view", "sort", "size") if asked.params.get(name)]
    tabs = [Tab(v.label, asked.url(view=v.name), asked.counts[v.name], v is asked.view) for v in asked.listing.views]
    moves = [b for b in listing.bulk if b.allowed is None or b.allowed(request.actor)]
    lines = _lines(asked, shown, bool(moves))
    return Drawn(
        listing=listing, asked=asked, path=request.path, hx=hx, lines=lines, heads=_heads(asked, shown, hx), tabs=tabs,
        pages=_pages(asked, hx), fields_row=bounds[: listing.filters_in_row],
        fields_more=bounds[listing.filters_in_row :], kept=kept, conditions=asked.conditions,
        columns=[(column, column in shown) for column in listing.columns if not column.fixed],
        bulk=[(b.label, addresses.page(b.url_name) + asked.url()) for b in moves],
        loosened=[] if lines else asked.loosened(), exportable=_exportable(request),
    )  # fmt: skip


def _exportable(request: HttpRequest) -> bool:
    """No button for what the policy would refuse. The export itself is guarded by ``LISTING_EXPORT_HOOK``."""
    match = getattr(request, "resolver_match", None)
    mark = getattr(match.func, "access", None) if match else None
    return mark is None or policy.may_export(request.actor.role, mark[0])


def is_fragment(request: HttpRequest, listing: Listing) -> bool:
    """Whether htmx (or an export) asks for this list alone."""
    return bool(request.GET.get("export")) or _target(request) in (f"list-{listing.key}", f"rows-{listing.key}")


def _target(request: HttpRequest) -> str:
    return request.headers.get("HX-Target", "") if request.headers.get("HX-Request") == "true" else ""


def listing_page(
    request: HttpRequest, listing: Listing, queryset: QuerySet, template: str = "kit/list.html", **context: Any
) -> HttpResponse:
    """The list as a page, as the fragment that htmx asked for, or as a sheet."""
    if request.GET.get("export") == "xlsx" and listing.export_name:
        asked = Asked(listing, queryset, request.GET, request.actor, request)
        return export_response(request, asked, _chosen(request, listing))
    drawn = listing_context(request, listing, queryset)
    fragments = {f"list-{listing.key}": "kit/_list.html", f"rows-{listing.key}": "kit/_table_swap.html"}
    response = render(request, fragments.get(_target(request), template), {"list": drawn, **context})
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def selected(request: HttpRequest, listing: Listing, queryset: QuerySet) -> QuerySet:
    """The rows that a bulk move means: those ticked, or all that the filters in the query string find."""
    if request.POST.get("all") == "1":
        return Asked(listing, queryset, request.GET, request.actor, request).rows
    to_python: Callable[[str], Any] = queryset.model._meta.pk.to_python
    ticked = []
    for text in request.POST.getlist("pk")[: MAX_TICKED * 10]:
        try:
            ticked.append(to_python(text))
        except ValidationError:
            continue
    return queryset.filter(pk__in=ticked)
