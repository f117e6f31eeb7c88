"""From exceptions to problems, and the small classes that Django REST framework asks for by name."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.authentication import SessionAuthentication
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from portal.kit.api import problem
from portal.kit.refusal import Refused


class Problem(exceptions.APIException):
    """An error with something to act on: ``more`` goes into the problem as it stands."""

    def __init__(self, status: int, detail: str = "", **more: Any) -> None:
        super().__init__(str(detail or problem.WORDS[status][1]))
        self.status_code, self.more = status, more


def handle(exception: Exception, context: dict[str, Any]) -> Response | None:
    """``EXCEPTION_HANDLER``: a problem for all that is known; None leaves the rest to Django's own handlers."""
    told = _told(exception)
    if told is None:
        return None
    status, detail, more, headers = told
    request = context["request"]._request
    headers.setdefault("WWW-Authenticate", 'Bearer realm="api"') if status == 401 else None
    return Response(
        problem.body(request, status, detail, **more), status=status, headers=headers, content_type=problem.MEDIA
    )


def _told(exception: Exception) -> tuple[int, str, dict[str, Any], dict[str, str]] | None:
    """(status, detail, what more, headers)."""
    match exception:
        case Problem():
            return exception.status_code, str(exception.detail), exception.more, {}
        case Refused():
            more = {"errors": {exception.field: [str(exception)]}} if exception.field else {}
            return (422 if more else 409), str(exception), more, {}
        case exceptions.ValidationError():
            return 422, "", {"errors": _by_field(exception.detail)}, {}
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return 401, "", {}, {}
        case exceptions.Throttled():
            return 429, "", {}, {"Retry-After": str(int(exception.wait or 1))}
        case exceptions.PermissionDenied():
            return 403, str(exception.detail), {}, {}
        case Http404() | ObjectDoesNotExist():
            return 404, "", {}, {}
        case exceptions.ParseError() | exceptions.UnsupportedMediaType():
            return exception.status_code, "", {}, {}
    return None


def _by_field(detail: Any, path: str = "") -> dict[str, list[str]]:
    """Messages by dotted field name, whatever the nesting was."""
    if isinstance(detail, dict):
        pairs = detail.items()
    elif isinstance(detail, list) and any(isinstance(one, dict | list) for one in detail):
        pairs = enumerate(detail)  # type: ignore[assignment]
    else:
        return {path or "_": [str(one) for one in (detail if isinstance(detail, list) else [detail])]}
    found: dict[str, list[str]] = {}
    for key, inner in pairs:
        name = "" if key == "non_field_errors" else str(key)
        found |= _by_field(inner, ".".join(part for part in (path, name) if part))
    return found


class Renderer(JSONRenderer):
    """JSON; problems keep their own media type."""

    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        response = (renderer_context or {}).get("response")
        if response is not None and response.content_type:
            response.headers["Content-Type"] = response.content_type
        return super().render(data, accepted_media_type, renderer_context)


class OneFormat(BaseContentNegotiation):
    """There is one format; an ``Accept`` header changes nothing."""

    def select_parser(self, request: Request, parsers: Sequence[Any]) -> Any:
        wanted = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == wanted), None)

    def select_renderer(self, request: Request, renderers: Sequence[Any], format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class Known(SessionAuthentication):
    """Who it is was settled by the middleware; a session must also show its CSRF token, a token need not."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        token = getattr(request._request, "token", None)
        return (request._request.user, token) if token is not None else super().authenticate(request)

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied:
            raise Problem(403, _("登录网页后用接口，改动要带 X-CSRFToken；什么都没有改动")) from None

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class Pace(BaseThrottle):
    """So many requests a minute for each account; counted by the function that ``API_PACE`` names."""

    def allow_request(self, request: Request, view: Any) -> bool:
        self.left = import_string(settings.API_PACE)(request._request)
        return not self.left

    def wait(self) -> float:
        return self.left
