"""The OpenAPI document, drawn from the operations: parameters from listings, and every error an operation can give."""

from typing import Any

import django_filters
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from portal import policy
from portal.kit.api import cursor, lists, problem
from portal.kit.table_spec import SIZES, Listing


class FindingAnswer(serializers.Serializer):
    """What a rule says: its figure, how much is short, what cures it. ``level`` stop blocks the move."""

    rule = serializers.CharField()
    title = serializers.CharField()
    level = serializers.ChoiceField(choices=["good", "near", "short", "stop"])
    figure = serializers.CharField(allow_blank=True)
    sentence = serializers.CharField(allow_blank=True)
    cure = serializers.CharField(allow_blank=True)
    field = serializers.CharField(allow_blank=True)


class ProblemAnswer(serializers.Serializer):
    """RFC 9457. ``detail`` can be shown to a person; ``incident`` is the number to ask the administrator with."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    incident = serializers.CharField(allow_blank=True)
    errors = serializers.DictField(child=serializers.ListField(child=serializers.CharField()), required=False)
    findings = FindingAnswer(many=True, required=False)
    code = serializers.CharField(
        required=False, help_text="step_up_required 要先到 where 确认是你；person_required 令牌办不了"
    )
    where = serializers.URLField(required=False, help_text="到哪里确认")
    current = serializers.DictField(required=False, help_text="现在的样子：版本、状态，改过的字段两边各是什么")


class Scheme(OpenApiAuthenticationExtension):
    """A token, or the session of the web page with its CSRF token."""

    target_class = "portal.kit.api.answers.Known"
    name = ["token", "session"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        return [
            {"type": "http", "scheme": "bearer", "description": "账号页上生成的令牌，只显示一次"},
            {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "网页登录；改动要带 X-CSRFToken"},
        ]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list]]:
        return [{"token": []}, {"session": []}]


class Described(AutoSchema):
    """Reads ``view.operations``; nothing of an operation is written down twice."""

    @property
    def op(self) -> Any:
        return self.view.operations[self.method]

    def get_operation_id(self) -> str:
        return f"{self.method.lower()}_{self.view.name}"

    def get_summary(self) -> str:
        return str(self.op.summary)

    def get_description(self) -> str:
        return ""

    def get_tags(self) -> list[str]:
        return [self.view.path.partition("/")[0]]

    def get_extensions(self) -> dict[str, Any]:
        mark = (self.op.resource, self.op.action)
        return {"x-policy": ".".join(mark), **({"x-step-up": True} if mark in policy.FRESH else {})}

    def get_auth(self) -> list[dict[str, list]]:
        return [*super().get_auth(), *([{}] if self.op.anonymous else [])]

    def get_request_serializer(self) -> Any:
        return self.op.body

    def map_parsers(self) -> list[str]:
        return [parser.media_type for parser in self.view.parser_classes]

    def _get_filter_parameters(self) -> list[dict[str, Any]]:
        asked = _query(self.op.listing) if self.op.listing else []
        key = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 100},
               "description": "自己定的一串字，重发时不变：同一把钥匙、同样的内容得到同一个回答"}  # fmt: skip
        return [*asked, key] if self.method == "POST" and not self.op.anonymous else asked

    def _get_pagination_parameters(self) -> list[dict[str, Any]]:
        return []

    def get_response_serializers(self) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for status, kind in self.op.answers.items():
            if isinstance(kind, tuple):
                found |= {(status, media): OpenApiTypes.BINARY for media in kind}
            elif self.op.listing and status == 200:
                found[status] = self._page(kind)
            else:
                found[status] = kind
        return found | {(status, problem.MEDIA): ProblemAnswer for status in self.errors()}

    def errors(self) -> list[int]:
        """Every error that this operation can give."""
        changes = self.method not in ("GET", "HEAD")
        found = {400, 401, 404, 405, 429, 503, *self.op.errors}
        found |= {403}
        if changes and self.op.body is not None:
            found |= {413, 415, 422}
        if changes:
            found |= {409, 422}
        return sorted(found)

    def _page(self, kind: Any) -> Any:
        name = f"{kind.__name__}Page"
        return inline_serializer(
            name=name,
            fields={
                "count": serializers.IntegerField(allow_null=True, help_text="一共几条；只在第一页数"),
                "next": serializers.URLField(allow_null=True, help_text="下一页的地址，原样取；空的就是取完了"),
                "results": kind(many=True),
            },
        )  # fmt: skip

    def _map_basic_serializer(self, serializer: Any, direction: str) -> dict[str, Any]:
        drawn = super()._map_basic_serializer(serializer, direction)
        if direction == "request":
            drawn["additionalProperties"] = False
        return drawn


def _query(listing: Listing) -> list[dict[str, Any]]:
    """The parameters of a list, in the order of its page."""
    words = {
        "q": (f"查找：{listing.search_hint}", {"type": "string", "maxLength": lists.SEARCH_LIMIT}),
        "view": (
            "；".join(f"{view.name} {view.label}" for view in listing.views) + f"。不写是 {_usual(listing)}",
            {"type": "string", "enum": [view.name for view in listing.views]},
        ),
        "sort": ("排序，前面加 - 倒过来", {"type": "string", "enum": lists.sorts_of(listing)}),
        "cursor": ("从哪里接着取：上一页的 next 里带着，不用自己写", {"type": "string", "maxLength": cursor.LONGEST}),
        "size": (f"一页几条，不写是 {listing.size}", {"type": "integer", "enum": list(SIZES)}),
    }
    if not listing.search:
        del words["q"]
    if not listing.views:
        del words["view"]
    if not lists.sorts_of(listing):
        del words["sort"]
    found = [{"name": n, "in": "query", "description": text, "schema": s} for n, (text, s) in words.items()]
    for name, one in lists.filters_of(listing).items():
        found.append({"name": name, "in": "query", "description": str(one.label), "schema": _kind(one)})
    return found


def _usual(listing: Listing) -> str:
    return listing.default_view or (listing.views[0].name if listing.views else "")


def _kind(one: django_filters.Filter) -> dict[str, Any]:
    choices = lists.choices_of(one)
    if choices is not None:
        return {"type": "string", "enum": choices}
    if isinstance(one, django_filters.ModelChoiceFilter):
        return {"type": "integer", "minimum": 1}
    if isinstance(one, django_filters.NumberFilter):
        bounds = {"minimum": one.extra.get("min_value"), "maximum": one.extra.get("max_value")}
        kind = "integer" if one.extra.get("decimal_places") == 0 else "number"
        return {"type": kind, **{name: bound for name, bound in bounds.items() if bound is not None}}
    if isinstance(one, django_filters.DateFilter):
        return {"type": "string", "format": "date"}
    return {"type": "string", "maxLength": lists.SEARCH_LIMIT}


def ours(endpoints: list[Any], **_kwargs: Any) -> list[Any]:
    """Only what says its operations; the URL conf is read by nobody else."""
    return [one for one in endpoints if one[2] in one[3].cls.operations]
