"""What a list was asked for: search, filters, view, sort and page, read from the query string of its URL.

The page, the bulk move and the export read the same query string, so they mean the same rows.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db.models import Count, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from portal.kit.counting import count_each
from portal.kit.table_spec import SIZES, Column, Listing, View

#: Parameters that are not filters.
OWN = ("q", "view", "sort", "page", "size", "cols", "export", "personal")
MAX_TOKENS = 5
#: How a name in ``Listing.search`` is looked for; ``^`` begins with it (pinyin), no sign contains it.
LOOKUPS = {"=": "exact", "~": "found", "$": "ends"}
#: A word that stands in more rows beside than these is not worth a list of their ids.
BESIDE = 400
#: Up to this many rows are counted at each view; what is more is counted once a minute.
FEW, KEPT = 1000, 60


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

    @cached_property
    def tokens(self) -> list[str]:
        """The words looked for. Letters with blanks are one word: that is how pinyin is typed."""
        # PostgreSQL refuses a NUL
        words = self.params.get("q", "").replace("\x00", " ").split()[:MAX_TOKENS]
        return [" ".join(words)] if len(words) > 1 and all(w.isascii() and w.isalpha() for w in words) else words

    def _searched(self) -> QuerySet:
        found = self.queryset
        for token in self.tokens:
            found = found.filter(self._token(token))
        return found

    def _token(self, token: str) -> Q:
        hit, letters = Q(), token.isascii()
        for name in self.listing.search:
            if name.startswith("^"):
                # pinyin is letters, and initials are kept without blanks
                for typed in {token.lower(), token.lower().replace(" ", "")} if letters else ():
                    hit |= Q(**{f"{name[1:]}__startswith": typed})
            elif name[0] in LOOKUPS:
                hit |= Q(**{f"{name[1:]}__{LOOKUPS[name[0]]}": token})
            else:
                hit |= self._beside(name, token) if "__" in name else Q(**{f"{name}__contains": token})
        return hit

    def _beside(self, name: str, token: str) -> Q:
        """A word in the row beside (the unit's name): those rows are looked up first, so that an index finds ours."""
        link, _sep, rest = name.partition("__")
        beside = self.queryset.model._meta.get_field(link).related_model._default_manager
        rows = beside.filter(**{f"{rest}__contains": token}).values_list("pk", flat=True).order_by()
        ids = list(rows[: BESIDE + 1])
        return Q(**{f"{link}__in": ids if len(ids) <= BESIDE else rows})

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
        """Rows of each tab; the page total is the count of the current tab. One query, whatever there is to count.

        Long lists are not counted again at every view: figures above ``FEW`` are remembered for a minute, the others
        are always those of this moment.
        """
        views = {v.name: v for v in self.listing.views} or {"": None}
        try:
            key = self._counted_as()
        except EmptyResultSet:
            return dict.fromkeys(views, 0)
        many = cache.get(key) or {}
        found = self._count_some(views, many) if many else self._count_all(views)
        fresh = {name: n for name, n in found.items() if n > FEW}
        if fresh and not many:
            cache.set(key, fresh, KEPT)
        return {name: many.get(name, found.get(name, 0)) for name in views}

    def _counted_as(self) -> str:
        """The key of these figures: the very question, so that nobody is told another one's."""
        sql, params = self.filtered.order_by().values("pk").query.sql_with_params()
        asker = getattr(self.actor, "organization_id", None), getattr(self.actor, "role", "")
        asked = repr((self.listing.key, asker, sql, params))
        return f"count-{hashlib.sha256(asked.encode()).hexdigest()}"

    def _count_all(self, views: dict[str, View | None]) -> dict[str, int]:
        wanted = {f"v{n}": Count("pk", filter=v.q(self.actor)) if v and v.where is not None else Count("pk")
                  for n, v in enumerate(views.values())}  # fmt: skip
        found = self.filtered.order_by().aggregate(**wanted)
        return {name: found[f"v{n}"] for n, name in enumerate(views)}

    def _count_some(self, views: dict[str, View | None], many: dict[str, int]) -> dict[str, int]:
        """Only the short tabs, each by its own condition: an index answers it."""
        short = {name: view for name, view in views.items() if name not in many}
        rows = {
            name: self.filtered.filter(view.q(self.actor)) if view else self.filtered for name, view in short.items()
        }
        return count_each(rows)

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

    def slice(self, drawn: list[Column]) -> list[Any]:
        """The rows of this page, with what these columns read."""
        first = (self.page - 1) * self.size
        # no second count: a page beyond the end was already pulled back
        return list(self.rows.defer(*self.listing.unread(drawn))[first : first + self.size]) if self.total else []

    # ── words ──
    @cached_property
    def _carried(self) -> list[tuple[str, list[str]]]:
        """What every link of the page carries along. Column choice lives in the session."""
        dropped = ("cols", "export", "personal", "page")
        return [pair for pair in self.params.lists() if pair[0] not in dropped and any(pair[1])]

    def url(self, **changes: Any) -> str:
        """The query string with some parameters changed; None removes one."""
        pairs: list[tuple[str, Any]] = []
        for name, values in self._carried:
            if name in changes:
                values = [changes.pop(name)]
            pairs += [(name, value) for value in values if value not in (None, "") or len(values) > 1]
        return "?" + urlencode([*pairs, *((name, value) for name, value in changes.items() if value not in (None, ""))])

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
