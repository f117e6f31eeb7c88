"""An address of the API: its operations as values, from which guard, schema and reference are derived."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal import policy
from portal.kit.api import lists, schema
from portal.kit.api.answers import Problem
from portal.kit.table_spec import Listing

KEY = "Idempotency-Key"


@dataclass(frozen=True)
class Op:
    """One operation: the line of policy it stands for, what it takes, what it answers, which errors are its own.

    ``answers``: status → serializer class, a tuple of media types for a file, or None for nothing. ``listing`` says
    that it is a page of that list. Errors that every operation may give (401, 404, 429 …) are not repeated here.
    """

    resource: str
    action: str
    summary: Any
    answers: Mapping[int, Any]
    body: type[serializers.Serializer] | None = None
    listing: Listing | None = None
    errors: tuple[int, ...] = ()
    anonymous: bool = False


class Body(serializers.Serializer):
    """What somebody sends. A field that is not named here is refused, never overlooked: nothing slips in."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = [name for name in data if name not in self.fields] if isinstance(data, Mapping) else []
        if unknown:
            raise serializers.ValidationError(dict.fromkeys(unknown, "没有这个字段"))
        return super().to_internal_value(data)


class TokenReach(BasePermission):
    """Which roles may is asked by the guard before any view; here: whether this token may change anything."""

    def has_permission(self, request: Request, view: Any) -> bool:
        token = request.auth
        if token is not None and request.method not in SAFE_METHODS and not token.writes:
            raise Problem(403, "这把令牌只能读；什么都没有改动")
        return True


class ApiView(APIView):
    """One address. A room lists its classes in ``api.ROUTES``; ``portal.api.urls`` puts them below ``/api/v1/``."""

    name: ClassVar[str] = ""
    path: ClassVar[str] = ""
    operations: ClassVar[Mapping[str, Op]] = {}
    permission_classes = [TokenReach]
    schema = schema.Described()

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        view = super().as_view(**initkwargs)
        view.marks = {method: (op.resource, op.action) for method, op in cls.operations.items()}
        for resource, action in view.marks.values():
            policy.MATRIX[resource][action]
        view.access = view.marks.get("GET") or next(iter(view.marks.values()))
        view.methods = tuple(cls.operations)
        return view

    @property
    def allowed_methods(self) -> list[str]:
        return list(self.operations)

    @property
    def actor(self) -> Any:
        return self.request._request.actor

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """After who it is: a parameter that nobody reads is refused by name. A list looks at its own."""
        super().initial(request, *args, **kwargs)
        op = self.operations.get("GET" if request.method == "HEAD" else request.method)
        if op is not None and op.listing is None and request.query_params:
            raise Problem(400, _("查询参数读不了"), errors={name: [_("没有这个参数")] for name in request.query_params})

    def read(self, partial: bool = False) -> dict[str, Any]:
        """The body, checked against the operation's serializer. Raises ValidationError."""
        kind = self.operations[self.request.method].body
        assert kind is not None
        given = kind(data=self.request.data, partial=partial, context={"actor": self.actor})
        given.is_valid(raise_exception=True)
        return given.validated_data

    def told(self, kind: type[serializers.BaseSerializer], row: Any, status: int = 200, **headers: str) -> Response:
        """A row as an answer."""
        return Response(kind(row, context={"actor": self.actor}).data, status=status, headers=headers)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A POST with an ``Idempotency-Key`` goes through the keeper of answers, once we know who it is from."""
        if request.method != "POST" or KEY not in request.headers or not request.user.is_authenticated:
            return super().dispatch(request, *args, **kwargs)
        keep = import_string(settings.API_ONCE)
        return keep(request, self, lambda: super(ApiView, self).dispatch(request, *args, **kwargs))

    def refusal(self, request: HttpRequest) -> HttpResponseBase | None:
        """What the door says before anything is done: the session's CSRF token, what this token may, the pace."""
        self.args, self.kwargs, self.headers = (), {}, self.default_response_headers
        self.request = asked = self.initialize_request(request)
        try:
            self.initial(asked)
        except Exception as problem:  # noqa: BLE001 - as APIView.dispatch does; what is none of ours is raised again
            return self.finalize_response(asked, self.handle_exception(problem)).render()
        return None


def found(rows: QuerySet, **wanted: Any) -> Any:
    """The one row, or 404: foreign and unknown alike."""
    row: Model | None = rows.filter(**wanted).first()
    if row is None:
        raise Http404
    return row


class Collection(ApiView):
    """GET is one page of a ``Listing``: ``line`` draws a row, ``rows`` narrows to the actor."""

    listing: ClassVar[Listing]
    line: ClassVar[type[serializers.BaseSerializer]]

    def rows(self) -> QuerySet:
        """The very rows of the page and the export."""
        assert self.listing.source is not None
        return self.listing.source(self.actor)

    def get(self, request: Request, **kwargs: Any) -> Response:
        return lists.page(request, self.listing, self.rows(), self.line)


class Item(ApiView):
    """GET is one row that the actor may see."""

    item: ClassVar[type[serializers.BaseSerializer]]
    key: ClassVar[str] = ""

    def rows(self) -> QuerySet:
        raise NotImplementedError

    def row(self) -> Any:
        return found(self.rows(), pk=self.kwargs[self.key])

    def get(self, request: Request, **kwargs: Any) -> Response:
        return self.told(self.item, self.row())
