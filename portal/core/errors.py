"""Error pages: Chinese, with a number, and nothing of the inside.

They are drawn without context processors: whatever broke (the database, a template of the menu) must not break
them too.
"""

import sys

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from portal.kit.api import problem
from portal.kit.full import NO_ROOM, is_full
from portal.kit.refusal import NoRoom, Refused

RETRY_SECONDS = 60


def _page(request: HttpRequest, template: str, status: int, **context) -> HttpResponse:
    if problem.concerns(request):
        return problem.response(request, status, context.get("message", ""))
    context.setdefault("incident", getattr(request, "incident", ""))
    context["help_phone"] = settings.HELP_PHONE
    return HttpResponse(render_to_string(f"errors/{template}.html", context), status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400, or 413 where the body was too big: Django reports both here."""
    if isinstance(exception, RequestDataTooBig):
        return too_large(request)
    return _page(request, "400", 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "403", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "404", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 where the database is away or did not give the lock in time: then trying again helps."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return unavailable(request)
    if is_full(sys.exc_info()[1]):
        return refused(request, NoRoom(NO_ROOM))
    return _page(request, "500", 500)


def method_not_allowed(request: HttpRequest, methods: tuple[str, ...] = ()) -> HttpResponse:
    response = _page(request, "405", 405)
    response.headers["Allow"] = ", ".join(methods)
    return response


def too_large(request: HttpRequest) -> HttpResponse:
    return _page(request, "413", 413)


def too_many(request: HttpRequest, exception: Exception | None = None, seconds: int = RETRY_SECONDS) -> HttpResponse:
    """Asked too often: try again after ``seconds``."""
    response = _page(request, "429", 429, minutes=-(-seconds // 60))
    response.headers["Retry-After"] = str(seconds)
    return response


def unavailable(request: HttpRequest) -> HttpResponse:
    response = _page(request, "503", 503)
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, "403_csrf", 403)


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """A refusal that no form caught: its text, and the way back to what was typed."""
    return _page(request, "refused", refusal.status, message=str(refusal))
