"""Every request gets a number; what goes wrong is logged under it and shown as that number only."""

import logging
import secrets

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse

from portal.core.context import looked_up, request_id
from portal.core.errors import refused
from portal.kit.refusal import Refused

log = logging.getLogger("portal.request")
#: Raised to be answered with 404, 403 or 400: a line says so, and nothing went wrong that a traceback could explain.
MEANT = (Http404, PermissionDenied, SuspiciousOperation, BadRequest)
#: For answers given before the middleware that would set them: a wrong host, a redirect to https.
DEFAULTS = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Incident:
    """Names the request, keeps personal pages out of caches and turns a stray ``Refused`` into a polite page."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.incident = secrets.token_hex(4)
        token, known = request_id.set(request.incident), looked_up.set({})
        try:
            response = self.get_response(request)
            if response.status_code >= 400:
                log.warning("%s %s %s", request.incident, response.status_code, request.method)
            for name, value in DEFAULTS.items():
                response.headers.setdefault(name, value)
            # names in public notices are to be seen for some days, not to be found for years
            response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
            response.headers["X-Request-Id"] = request.incident
            return response
        finally:
            looked_up.reset(known)
            request_id.reset(token)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refused):
            return refused(request, exception)
        if not isinstance(exception, MEANT):
            log.error("%s %s", request.incident, type(exception).__name__, exc_info=exception)
        return None
