"""What the pages of the registry share: the cards of other rooms, the data of a form."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, QueryDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString


def drawn(request: HttpRequest, panels: Iterable[tuple[str, str, dict[str, Any]]]) -> list[tuple[str, SafeString]]:
    """(title, inside of the card) for each. Drawn without the request, whose context would count everything again."""
    own = {"actor": request.actor}
    return [(title, render_to_string(template, {**own, **context})) for title, template, context in panels]


def posted(request: HttpRequest) -> QueryDict | None:
    """The data of a sent form, also of an empty one; None when the form is only shown."""
    return request.POST if request.method == "POST" else None
