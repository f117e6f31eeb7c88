"""Where a login in a second window ends: the page that waits for it hears of it and goes on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.kit.access import access


@access("home", "read", methods=("GET",))
def back(request: HttpRequest) -> HttpResponse:
    """Says that one may close this window; the script tells the others (``assets/src/session.js``)."""
    return render(request, "core/back.html")
