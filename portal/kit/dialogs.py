"""Dialogs that are pages without script, and what follows them: a redirect, a toast.

A link with ``data-dialog`` asks for the page as a fragment for the one ``<dialog>`` of the page; without script it is a
page of its own. The view is the same, only the ``frame`` that its template extends differs.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.cache import patch_vary_headers

DIALOG = "dlg"


def in_dialog(request: HttpRequest) -> bool:
    """Whether the answer goes into the dialog of an open page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Target") == DIALOG


def dialog(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """Render a template that extends ``frame``: into the dialog, or as its own page."""
    frame = "kit/dialog_fragment.html" if in_dialog(request) else "kit/dialog_page.html"
    response = render(request, template, {"frame": frame, **(context or {})}, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def confirm(request: HttpRequest, *, title: str, verb: str, back: str, **context: Any) -> HttpResponse:
    """A question with one verb and a way out. Context: lead, text, grave, way_out, form, action."""
    form = context.get("form")
    status = 422 if form is not None and form.is_bound and form.errors else 200
    asked = {"title": title, "verb": verb, "back": back, "way_out": "先不办", **context}
    return dialog(request, "kit/confirm.html", asked, status)


def toast(request: HttpRequest, text: str, undo: str = "") -> None:
    """Say what just happened; ``undo`` is the address that takes it back, offered for eight seconds."""
    messages.success(request, text, extra_tags=undo)


class HtmxRedirects:
    """A redirect in answer to htmx moves the whole page, also to the login page when the session has ended.

    Otherwise the browser would follow it silently and htmx would put a whole page into a table or a dialog.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.headers.get("HX-Request") != "true" or response.status_code not in (301, 302, 303, 307):
            return response
        target = response.headers["Location"]
        if urlsplit(target).path == resolve_url(settings.LOGIN_URL):
            target = self._login(request)
        moved = HttpResponse(status=204, headers={"HX-Redirect": target})
        moved.cookies = response.cookies
        return moved

    @staticmethod
    def _login(request: HttpRequest) -> str:
        """After the login back to the page, not to the fragment that was asked for."""
        page = urlsplit(request.headers.get("HX-Current-URL", "/"))
        back = page.path + (f"?{page.query}" if page.query else "")
        return f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': back or '/'})}"
