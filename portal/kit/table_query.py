"""What a list was asked for: search, filters, view, sort and page, read from the query string of its URL.

The page, the bulk move and the export read the same query string, so they mean the same rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from portal.kit.table_spec import SIZES, Column, Listing, View

#: Parameters that are not filters.
OWN = ("q", "view", "sort", "page", "size", "cols", "export")
MAX_TOKENS = 5


@dataclass(frozen=True)
class Condition:
    """One active filter as words, and the query string without it."""

    text: str
    without: str


class Asked:
    """A listing together with one query string and the actor who asks."""

    def __init__(
        self, listing: Listing, queryset: QuerySet, params: QueryDict, actor: Any, request: Any = None
    ) -> None:
        self.listing, self.queryset, self.params, self.actor = listing, queryset, params, actor
        self.request = request or SimpleNamespace(actor=actor, user=getattr(actor, "user", None), GET=params)

    # ── which rows ──
    @cached_property
    def filterset(self) -> Any:
        if self.listing.filters is None:
            return None
        return self.listing.filters(data=self.params, queryset=self._searched(), request=self.request)

    def _searched(self) -> QuerySet:
        found = self.queryset
        # PostgreSQL refuses a NUL
        for token in self.params.get("q", "").replace("\x00", " ").split()[:MAX_TOKENS]:
            found = found.filter(self._token(token))
        return found

    def _token(self, token: str) -> Q:
        hit = Q()
        for name in self.listing.search:
            if name.startswith("^"):
                hit |= Q(**{f"{name[1:]}__startswith": token.lower()})
            elif name.startswith("="):
                hit |= Q(**{name[1:]: token})
            else:
                hit |= Q(**{f"{name}__contains": token})
        return hit

    @cached_property
    def filtered(self) -> QuerySet:
        """Search and filters, before the view. A filter that cannot be read finds nothing rather than everything."""
        if self.filterset is None:
            return self._searched()
        return self.filterset.qs if self.filterset.form.is_valid() else self.queryset.none()

    @cached_property
    def view(self) -> View | None:
        wanted = self.params.get("view") or self.listing.default_view
        return next((v for v in self.listing.views if v.name == wanted), next(iter(self.listing.views), None))

    @cached_property
    def rows(self) -> QuerySet:
        """Every row that is meant, in order."""
        found = self.filtered.filter(self.view.q(self.actor)) if self.view else self.filtered
        return found.order_by(*self.order, "pk")

    # ── counted once ──
    @cached_property
    def counts(self) -> dict[str, int]:
        """One grouped query for all tabs; the page total is the count of the current tab."""
        if not self.listing.views:
            return {"": self.filtered.count()}
        wanted = {f"v{n}": Count("pk", filter=v.q(self.actor)) for n, v in enumerate(self.listing.views)}
        for n, v in enumerate(self.listing.views):
            if v.where is None:
                wanted[f"v{n}"] = Count("pk")
        found = self.filtered.order_by().aggregate(**wanted)
        return {v.name: found[f"v{n}"] for n, v in enumerate(self.listing.views)}

    @cached_property
    def total(self) -> int:
        return self.counts[self.view.name if self.view else ""]

    # ── order and page ──
    @cached_property
    def sorted_by(self) -> tuple[Column | None, bool]:
        """(column, descending) of the sort that was asked for."""
        wanted = self.params.get("sort", "")
        column = self.listing.by_name.get(wanted.lstrip("-"))
        return (column, wanted.startswith("-")) if column and column.order else (None, False)

    @property
    def order(self) -> tuple[str, ...]:
        column, descending = self.sorted_by
        if not column:
            return self.listing.order
        if not descending:
            return column.order
        return tuple(key[1:] if key.startswith("-") else f"-{key}" for key in column.order)

    @cached_property
    def size(self) -> int:
        wanted = self.params.get("size", "")
        return int(wanted) if wanted in {str(n) for n in SIZES} else self.listing.size

    @cached_property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @cached_property
    def page(self) -> int:
        wanted = self.params.get("page", "")
        return min(max(1, int(wanted)), self.pages) if wanted.isdecimal() and len(wanted) < 7 else 1

    def slice(self) -> list[Any]:
        first = (self.page - 1) * self.size
        # no second count: a page beyond the end was already pulled back
        return list(self.rows[first : first + self.size]) if self.total else []

    # ── words ──
    def url(self, **changes: Any) -> str:
        """The query string with some parameters changed; None removes one. Column choice lives in the session."""
        params = self.params.copy()
        for name in ("cols", "export", "page"):
            params.pop(name, None)
        for name, value in changes.items():
            if value is None or value == "":
                params.pop(name, None)
            else:
                params[name] = value
        for name in [key for key, values in params.lists() if not any(values)]:
            del params[name]
        return "?" + params.urlencode()

    @cached_property
    def conditions(self) -> list[Condition]:
        """Every active filter in words."""
        return list(self._conditions())

    def _conditions(self) -> Iterator[Condition]:
        if self.filterset is None or not self.filterset.is_bound:
            return
        form = self.filterset.form
        form.is_valid()
        for name in self.filterset.filters:
            for value, text in _words(form.fields[name], form.cleaned_data.get(name)):
                yield Condition(_said(form.fields[name].label, text), self._without(name, value))

    def _without(self, name: str, value: str | None) -> str:
        params = self.params.copy()
        kept = [v for v in params.getlist(name) if value is not None and v != value]
        for key in [
            k for k in params if k == name or (k.rpartition("_")[0] == name and k not in self.filterset.filters)
        ]:
            del params[key]
        if kept:
            params.setlist(name, kept)
        return Asked(self.listing, self.queryset, params, self.actor).url()

    def loosened(self, at_most: int = 3) -> list[tuple[str, str, int]]:
        """For an empty page: (what to drop, URL, how many there are then), only those that help."""
        ways = [(c.text, c.without) for c in self.conditions]
        if self.params.get("q", "").strip():
            ways.append((self.params["q"].strip(), self.url(q=None)))
        found = []
        for text, url in ways[:at_most]:
            other = Asked(self.listing, self.queryset, QueryDict(url[1:]), self.actor, None)
            if other.total:
                found.append((text, url, other.total))
        if self.view and self.view.where is not None and not ways:
            free = next((v for v in self.listing.views if v.where is None), None)
            if free and self.counts[free.name]:
                found.append((self.view.label, self.url(view=free.name), self.counts[free.name]))
        return found


def _said(label: Any, text: str) -> str:
    return _("%(label)s：%(text)s") % {"label": label, "text": text} if label else text


def _words(field: Any, value: Any) -> list[tuple[str | None, str]]:
    """(parameter value, words) of a cleaned filter value; nothing for an empty one."""
    if value is None or value in ("", []) or value == slice(None, None):
        return []
    if isinstance(value, QuerySet):
        return [(str(one.pk), str(one)) for one in value]
    if isinstance(value, list | tuple):
        return [(str(one), _choice(field, one)) for one in value]
    if isinstance(value, slice):
        return [(None, _range(value))]
    return [(None, _choice(field, value))]


def _choice(field: Any, value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    choices = None if hasattr(field, "queryset") else getattr(field, "choices", None)
    # "is None": the choices of django-filter have no length when they come from a function
    for key, label in () if choices is None else choices:
        pairs = label if isinstance(label, list | tuple) else [(key, label)]
        for one, text in pairs:
            if str(one) == str(value):
                return str(text)
    return _plain(value)


def _range(value: slice) -> str:
    start, stop = _plain(value.start), _plain(value.stop)
    if not stop:
        return _("%(start)s 起") % {"start": start}
    return f"{start}—{stop}" if start else _("到 %(stop)s") % {"stop": stop}


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return f"{value:%Y-%m-%d}"
    return str(value)
