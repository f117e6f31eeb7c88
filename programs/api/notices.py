"""Notices and objections. Who objected is told to nobody here: that stands on the supervisors' page alone."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.accounts.pace import too_fast
from portal.kit.api.answers import Problem
from portal.kit.api.views import ApiView, Body, Collection, Item, Op
from programs.actions import notices as actions
from programs.models import Notice, NoticeLine, Objection
from programs.queries import notices as queries
from programs.tables.notices import NOTICES, OBJECTIONS

OBJECTIONS_AN_HOUR = 20


class NoticeAnswer(serializers.ModelSerializer):
    size = serializers.IntegerField(help_text="几件")
    objected = serializers.IntegerField()
    waiting = serializers.IntegerField(help_text="没办结的异议")

    class Meta:
        model = Notice
        fields = [
            "id", "call", "code", "title", "number", "state", "days", "starts_on", "ends_on", "size", "objected",
            "waiting",
        ]  # fmt: skip


class LineAnswer(serializers.ModelSerializer):
    class Meta:
        model = NoticeLine
        fields = ["id", "entry", "name", "unit", "category", "detail"]


class NoticeDetailAnswer(NoticeAnswer):
    lines = LineAnswer(many=True)

    class Meta(NoticeAnswer.Meta):
        fields = [*NoticeAnswer.Meta.fields, "body", "result", "lines"]


class ObjectionAnswer(serializers.ModelSerializer):
    entry = serializers.IntegerField(source="line.entry_id", default=None, allow_null=True)

    class Meta:
        model = Objection
        fields = ["id", "notice", "entry", "kind", "state", "answer", "received_at", "closed_at", "version"]


class ObjectionBody(Body):
    kind = serializers.ChoiceField(choices=Objection.Kind.choices)
    text = serializers.CharField(min_length=10, max_length=2000)
    line = serializers.IntegerField(min_value=1, max_value=2**62, required=False, help_text="对谁；不写是对整个公示")
    name = serializers.CharField(max_length=80, required=False, default="")
    contact = serializers.CharField(max_length=80, required=False, default="")


class ReceiptAnswer(serializers.Serializer):
    receipt = serializers.CharField(help_text="回执号：凭它在公示页上看答复")


class Notices(Collection):
    name, path = "notices", "notices/"
    listing, line = NOTICES, NoticeAnswer
    operations = {"GET": Op("notice", "read", _("公示"), {200: NoticeAnswer}, listing=NOTICES)}

    def rows(self) -> QuerySet[Notice]:
        return queries.with_counts(Notice.objects.visible_to(self.actor))


class OneNotice(Item):
    name, path, key = "notice", "notices/<int:notice_id>/", "notice_id"
    item = NoticeDetailAnswer
    operations = {"GET": Op("notice", "read", _("一份公示和它的名单"), {200: NoticeDetailAnswer})}

    def rows(self) -> QuerySet[Notice]:
        return queries.with_counts(Notice.objects.visible_to(self.actor)).prefetch_related("lines")


class Object(ApiView):
    name, path = "object", "public/<slug:code>/objections/"
    operations = {
        "POST": Op("objection", "create", _("对公示提异议，不用登录"), {201: ReceiptAnswer}, body=ObjectionBody,
                   anonymous=True),
    }  # fmt: skip

    def post(self, request: Request, code: str) -> Response:
        notice = Notice.objects.public().select_related("call__owner").filter(code=code).first()
        if notice is None:
            raise Http404
        if too_fast(request._request, "objection", OBJECTIONS_AN_HOUR, 3600):
            raise Problem(429)
        given = self.read()
        line = None
        if "line" in given:
            line = notice.lines.filter(pk=given["line"]).first()
            if line is None:
                raise serializers.ValidationError({"line": _("公示里没有这一行")})
        made = actions.object_to(notice, line, given["kind"], given["text"], given["name"], given["contact"])
        return Response({"receipt": made.receipt}, status=201)


class Objections(Collection):
    name, path = "objections", "objections/"
    listing, line = OBJECTIONS, ObjectionAnswer
    operations = {"GET": Op("objection", "read", _("异议，监督和经审看"), {200: ObjectionAnswer}, listing=OBJECTIONS)}

    def rows(self) -> QuerySet[Objection]:
        return Objection.objects.visible_to(self.actor).select_related("notice", "line")


class OneObjection(Item):
    name, path, key = "objection", "objections/<int:objection_id>/", "objection_id"
    item = ObjectionAnswer
    operations = {"GET": Op("objection", "read", _("一件异议"), {200: ObjectionAnswer})}

    def rows(self) -> Any:
        return Objection.objects.visible_to(self.actor).select_related("line")


ROUTES = (Notices, OneNotice, Object, Objections, OneObjection)
