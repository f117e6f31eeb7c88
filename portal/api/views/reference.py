"""The OpenAPI document and the reference page drawn from it."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from drf_spectacular.generators import SchemaGenerator

from portal.kit.access import access


@cache
def openapi() -> dict[str, Any]:
    """The whole document; it does not depend on who asks."""
    return SchemaGenerator().get_schema(request=None, public=True)


@access("public", "read", methods=("GET",))
def document(request: HttpRequest) -> HttpResponse:
    return JsonResponse(openapi(), json_dumps_params={"ensure_ascii": False, "indent": 1})
