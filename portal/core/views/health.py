"""For load balancers and watchers; people never see these."""

from django.http import HttpRequest, JsonResponse

from portal.core import health, queues
from portal.kit.access import access


@access("health", "read", methods=("GET",))
def alive(request: HttpRequest) -> JsonResponse:
    """The process answers. Asks nothing else: a broken database is no reason to restart the web server."""
    return JsonResponse({"alive": True})


@access("health", "read", methods=("GET",))
def ready(request: HttpRequest) -> JsonResponse:
    """Each part by name. 503 only without the database: without the others the pages still work, and say what waits."""
    parts = health.parts()
    degraded = [name for name, state in parts.items() if state != health.OK]
    down = parts["database"] != health.OK
    backlog = {} if down else queues.backlog()
    body = {"ready": not down, "degraded": degraded, "parts": parts, "backlog": backlog}
    return JsonResponse(body, status=503 if down else 200)
