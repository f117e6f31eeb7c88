"""Addresses of pages, asked of the URL configuration once and not for every row of every list."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.urls import get_script_prefix, get_urlconf, reverse

#: An id that no row has: what stands around it is the address of every other one.
_NOBODY = 987654321987


@cache
def _around(name: str, _prefix: str, _urlconf: str | None) -> tuple[str, str]:
    before, _id, after = reverse(name, args=[_NOBODY]).partition(str(_NOBODY))
    return before, after


@cache
def _plain(name: str, _prefix: str, _urlconf: str | None) -> str:
    return reverse(name)


def page(name: str) -> str:
    """The address of a page without arguments."""
    return _plain(name, get_script_prefix(), get_urlconf())


def row_page(name: str, pk: int) -> str:
    """The address of the page of one row, known by its number."""
    before, after = _around(name, get_script_prefix(), get_urlconf())
    return f"{before}{pk}{after}"


def link_to(name: str) -> Callable[[Any], str]:
    """For a column's ``link``: row → its page."""
    return lambda row: row_page(name, row.pk)


def pages_under(name: str, *args: int) -> Callable[[int], str]:
    """For pages of rows that belong to something: the last argument's number → address."""
    before, _id, after = reverse(name, args=[*args, _NOBODY]).partition(str(_NOBODY))
    return lambda pk: f"{before}{pk}{after}"


def coded_page(name: str) -> Callable[[str], str]:
    """For pages known by a code of letters and digits: code → address."""
    before, _code, after = reverse(name, args=[str(_NOBODY)]).partition(str(_NOBODY))
    return lambda code: f"{before}{code}{after}"
