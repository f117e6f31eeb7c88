"""The OpenAPI document and the reference page drawn from it."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from drf_spectacular.generators import SchemaGenerator

from portal.kit.access import access

#: Headings of the reference, each with the first parts of its paths, in the order of the page.
GROUPS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("calls", _("评选"), ("programs", "calls")),
    ("entries", _("推荐"), ("entries",)),
    ("registry", _("组织和会员"), ("organizations", "members", "imports")),
    ("results", _("公示、决定、荣誉"), ("notices", "public", "objections", "decisions", "honours")),
    ("plans", _("工作计划"), ("plans", "plan-items")),
    ("mine", _("我的"), ("me", "messages", "jobs")),
)
CSS = {"get": "tag", "post": "tag good", "patch": "tag warn", "delete": "tag bad"}


@dataclass(frozen=True)
class Line:
    """One parameter or field: its name, what it holds, whether it must be given, what it means."""

    name: str
    kind: str
    required: bool
    text: str


@dataclass(frozen=True)
class Drawn:
    """One operation ready for the page."""

    id: str
    method: str
    path: str
    summary: str
    css: str
    parameters: list[Line]
    body: list[Line]
    media: str
    answers: list[tuple[str, str, list[Line]]]
    errors: str


@dataclass
class Group:
    key: str
    title: str
    operations: list[Drawn] = field(default_factory=list)


@cache
def openapi() -> dict[str, Any]:
    """The whole document; it does not depend on who asks."""
    return SchemaGenerator().get_schema(request=None, public=True)


@access("public", "read", methods=("GET",))
def document(request: HttpRequest) -> HttpResponse:
    return JsonResponse(openapi(), json_dumps_params={"ensure_ascii": False, "indent": 1})


@access("public", "read", methods=("GET",))
def reference(request: HttpRequest) -> HttpResponse:
    """Every operation of the document, for people. No script, nothing from elsewhere."""
    return render(request, "api/reference.html", {"groups": groups(), "title": _("接口说明")})


@cache
def groups() -> list[Group]:
    """The operations by heading."""
    found = [Group(key, str(title)) for key, title, _tags in GROUPS]
    of_tag = {tag: group for group, (_key, _title, tags) in zip(found, GROUPS, strict=True) for tag in tags}
    for path, methods in openapi()["paths"].items():
        for method, operation in methods.items():
            of_tag[operation["tags"][0]].operations.append(_drawn(path, method, operation))
    for group, (_key, _title, tags) in zip(found, GROUPS, strict=True):
        group.operations.sort(key=lambda one: tags.index(one.path.split("/")[3]))
    return found


def _drawn(path: str, method: str, operation: dict[str, Any]) -> Drawn:
    media, body = next(iter(operation.get("requestBody", {}).get("content", {}).items()), ("", {}))
    answers, errors = [], []
    for status, answer in operation["responses"].items():
        content = answer.get("content", {})
        if "application/problem+json" in content:
            errors.append(status)
            continue
        kind = next(iter(content), "")
        answers.append((status, kind, _fields(content.get(kind, {}).get("schema", {}))))
    return Drawn(
        id=operation["operationId"], method=method.upper(), path=path, summary=operation["summary"], css=CSS[method],
        parameters=[
            Line(one["name"], _kind(one["schema"]), bool(one.get("required")), one.get("description", ""))
            for one in operation.get("parameters", [])
        ],
        body=_fields(body.get("schema", {})), media=media, answers=answers, errors="、".join(errors),
    )  # fmt: skip


def _opened(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema with its reference followed."""
    if "allOf" in schema:
        schema = {**schema, **_opened(schema["allOf"][0])}
    if "$ref" not in schema:
        return schema
    return openapi()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]


def _fields(schema: dict[str, Any], prefix: str = "") -> list[Line]:
    """The fields of an object, those of the rows of a page or a list with their path before them."""
    opened = _opened(schema)
    if opened.get("type") == "array":
        return _fields(opened["items"], f"{prefix}[].")
    required = opened.get("required", [])
    lines = []
    for name, one in opened.get("properties", {}).items():
        lines.append(Line(f"{prefix}{name}", _kind(one), name in required, _opened(one).get("description", "")))
        if name == "results":
            lines += _fields(one, f"{prefix}{name}")
    return lines


def _kind(schema: dict[str, Any]) -> str:
    opened = _opened(schema)
    if "enum" in opened:
        return " | ".join(str(value) for value in opened["enum"])
    if opened.get("type") == "array":
        return f"[{_kind(opened['items'])}]"
    kind = opened.get("format") or opened.get("type", "")
    return f"{kind} | null" if opened.get("nullable") else kind
