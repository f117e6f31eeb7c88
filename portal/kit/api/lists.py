"""A list of the API is the same ``Listing`` as the page and the export: same names, same rows, same order."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.kit.api import cursor
from portal.kit.api.answers import Problem
from portal.kit.table_query import Asked
from portal.kit.table_spec import SIZES, Listing

SEARCH_LIMIT = 60


def filters_of(listing: Listing) -> dict[str, django_filters.Filter]:
    return listing.filters.base_filters if listing.filters is not None else {}  # type: ignore[attr-defined]


def sorts_of(listing: Listing) -> list[str]:
    """What ``sort`` may say."""
    names = [column.name for column in listing.columns if column.order]
    return names + [f"-{name}" for name in names]


def choices_of(one: django_filters.Filter) -> list[str] | None:
    """The values that a filter takes, where they are a fixed list that needs no database."""
    if isinstance(one, django_filters.BooleanFilter):
        return ["true", "false"]
    from_rows = django_filters.AllValuesFilter | django_filters.ModelChoiceFilter
    if isinstance(one, from_rows) or not isinstance(one, django_filters.ChoiceFilter):
        return None
    given = one.extra.get("choices", ())
    return [str(value) for value, _label in (given() if callable(given) else given)]


def asked(request: Request, listing: Listing, rows: QuerySet) -> Asked:
    """What the query string means. A parameter that is unknown or cannot be read is refused, never overlooked."""
    params: QueryDict = request.query_params
    errors: dict[str, list[str]] = {}
    known = filters_of(listing)
    for name in params:
        wrong = _wrong(name, params[name], listing, known)
        if wrong:
            errors[name] = [wrong]
    raw = request._request
    found = Asked(listing, rows, params, raw.actor, raw)
    if found.filterset is not None and not found.filterset.form.is_valid():
        errors = {**{name: [str(e) for e in told] for name, told in found.filterset.form.errors.items()}, **errors}
    if errors:
        raise Problem(400, _("查询参数读不了"), errors=errors)
    return found


def _wrong(name: str, value: str, listing: Listing, known: dict[str, django_filters.Filter]) -> str:
    if "\x00" in value or not value.isprintable():
        return _("有不能显示的字符")
    taken = {
        "view": [view.name for view in listing.views], "sort": sorts_of(listing), "size": [str(size) for size in SIZES],
    }  # fmt: skip
    if name in taken:
        return "" if value in taken[name] else _("只能是 %(values)s") % {"values": "、".join(taken[name])}
    if name == "cursor":
        return "" if len(value) <= cursor.LONGEST else _("不是这里给的")
    if name == "q":
        return "" if listing.search and len(value) <= SEARCH_LIMIT else _("最多 %(n)d 个字") % {"n": SEARCH_LIMIT}
    if name not in known:
        return _("没有这个参数")
    choices = choices_of(known[name])
    if choices is not None and value and value not in choices:
        return _("只能是 %(values)s") % {"values": "、".join(choices)}
    return ""


def page(request: Request, listing: Listing, rows: QuerySet, line: type[serializers.BaseSerializer]) -> Response:
    """One page of the list, where the next one begins, and on the first page how many rows there are in all."""
    found = asked(request, listing, rows)
    order, begins = cursor.Order(found.rows, found.order), request.query_params.get("cursor")
    try:
        asked_for = order.behind(begins) if begins else order.rows
    except cursor.Unreadable:
        raise Problem(400, errors={"cursor": [_("不是这个列表、这个排序给的；从头取")]}) from None
    read = list(asked_for[: found.size + 1])
    shown = read[: found.size]
    after = order.end(shown[-1]) if len(read) > found.size else None
    here: dict[str, Any] = {
        "count": None if begins else found.total,
        "next": request.build_absolute_uri(request.path + found.url(cursor=after)) if after else None,
    }
    return Response({**here, "results": line(shown, many=True, context={"actor": request._request.actor}).data})
