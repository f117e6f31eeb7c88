"""Cards that other rooms put on the registry's pages."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString


def drawn(request: HttpRequest, panels: Iterable[tuple[str, str, dict[str, Any]]]) -> list[tuple[str, SafeString]]:
    """(title, inside of the card) for each."""
    return [(title, render_to_string(template, context, request)) for title, template, context in panels]
