"""Error pages: Chinese, with a number, and nothing of the inside."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.kit.refusal import Refused


def _page(request: HttpRequest, template: str, status: int, **context) -> HttpResponse:
    context.setdefault("incident", getattr(request, "incident", ""))
    return render(request, f"errors/{template}.html", context, status=status)


def bad_request(request, exception=None) -> HttpResponse:
    return _page(request, "400", 400)


def forbidden(request, exception=None) -> HttpResponse:
    return _page(request, "403", 403)


def not_found(request, exception=None) -> HttpResponse:
    return _page(request, "404", 404)


def server_error(request) -> HttpResponse:
    return _page(request, "500", 500)


def method_not_allowed(request) -> HttpResponse:
    return _page(request, "405", 405)


def csrf_failure(request, reason="") -> HttpResponse:
    return _page(request, "403_csrf", 403)


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """A refusal that no form caught: its text, and the way back to what was typed."""
    return _page(request, "refused", 409, message=str(refusal))
