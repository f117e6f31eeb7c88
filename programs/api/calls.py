"""Programs and their editions: the frozen form, the figures, the places."""

from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.core.actor import Actor
from portal.kit.api.views import ApiView, Collection, Item, Op
from programs.catalog import programs
from programs.models import Call, Category, Quota
from programs.spec import NAMINGS
from programs.tables.calls import CALLS


class PairAnswer(serializers.Serializer):
    key = serializers.CharField()
    name = serializers.CharField()


class ProgramAnswer(serializers.Serializer):
    key = serializers.CharField()
    title = serializers.CharField()
    subject = serializers.ChoiceField(choices=list(NAMINGS), help_text="推荐个人、有名称的集体，还是本单位")
    about = serializers.CharField(allow_blank=True)
    categories = PairAnswer(many=True)


class CallAnswer(serializers.ModelSerializer):
    program = serializers.CharField(source="program_key")
    owner_name = serializers.CharField(source="owner.name")

    class Meta:
        model = Call
        fields = ["id", "program", "title", "year", "owner", "owner_name", "state", "opens_at", "closes_at", "version"]


class FieldAnswer(serializers.Serializer):
    name = serializers.CharField()
    label = serializers.CharField()
    kind = serializers.CharField()
    section = serializers.CharField(allow_blank=True)
    required = serializers.BooleanField()
    locked = serializers.BooleanField(help_text="从名册带出，不能写")
    limit = serializers.IntegerField(help_text="最多几个字，0 不限")
    minimum = serializers.IntegerField(allow_null=True)
    maximum = serializers.IntegerField(allow_null=True)
    choices = PairAnswer(many=True)
    columns = serializers.ListField(child=serializers.DictField(), help_text="表格的列，每列写法同一项")
    rows = serializers.ListField(child=serializers.ListField(), help_text="表格固定的行和分值；空的就自己加行")
    total = serializers.IntegerField(help_text="这一列要正好合计多少，0 不要求")
    help = serializers.CharField(allow_blank=True)


class MaterialAnswer(serializers.Serializer):
    name = serializers.CharField()
    label = serializers.CharField()
    required = serializers.BooleanField()
    kinds = serializers.ListField(child=serializers.CharField())
    limit = serializers.IntegerField()
    printed = serializers.BooleanField(help_text="打印出来盖章的那一份")


class CategoryAnswer(serializers.ModelSerializer):
    class Meta:
        model = Category
        fields = ["id", "key", "name", "places"]


class QuotaAnswer(serializers.ModelSerializer):
    category = serializers.CharField(source="category.key")

    class Meta:
        model = Quota
        fields = ["organization", "category", "places"]


class CallDetailAnswer(CallAnswer):
    """The edition as it was published: questions, checklist, figures. ``quotas``: all of them for the owner, for a
    unit those on its own way up.
    """

    categories = CategoryAnswer(many=True)
    fields_asked = serializers.SerializerMethodField()
    materials = serializers.SerializerMethodField()
    params = serializers.DictField()
    quotas = serializers.SerializerMethodField()

    class Meta(CallAnswer.Meta):
        fields = [*CallAnswer.Meta.fields, "intro", "categories", "fields_asked", "materials", "params", "quotas"]

    def get_fields_asked(self, call: Call) -> FieldAnswer(many=True):  # type: ignore[valid-type]
        pairs = [(one, [{"key": key, "name": name} for key, name in one.choices]) for one in call.fields]
        return FieldAnswer([{**asdict(one), "choices": choices} for one, choices in pairs], many=True).data

    def get_materials(self, call: Call) -> MaterialAnswer(many=True):  # type: ignore[valid-type]
        return MaterialAnswer([asdict(one) for one in call.materials], many=True).data

    def get_quotas(self, call: Call) -> QuotaAnswer(many=True):  # type: ignore[valid-type]
        return QuotaAnswer(_quotas(self.context["actor"], call), many=True).data


def _quotas(actor: Actor, call: Call) -> QuerySet[Quota]:
    rows = Quota.objects.filter(category__call=call).select_related("category").order_by("organization_id", "category")
    if actor.role == "auditor" or actor.organization_id == call.owner_id:
        return rows
    route = [one.pk for one in actor.organization.route()] if actor.organization else []
    return rows.filter(organization__in=route)


class Programs(ApiView):
    name, path = "programs", "programs/"
    operations = {"GET": Op("call", "read", _("有哪些项目"), {200: ProgramAnswer(many=True)})}

    def get(self, request: Request) -> Response:
        return Response(
            [
                {
                    "key": one.key, "title": str(one.title), "subject": one.subject, "about": str(one.about),
                    "categories": [{"key": key, "name": str(name)} for key, name in one.categories],
                }
                for one in programs().values()
            ]
        )  # fmt: skip


class Calls(Collection):
    name, path = "calls", "calls/"
    listing, line = CALLS, CallAnswer
    operations = {"GET": Op("call", "read", _("评选"), {200: CallAnswer}, listing=CALLS)}


class OneCall(Item):
    name, path, key = "call", "calls/<int:call_id>/", "call_id"
    item = CallDetailAnswer
    operations = {"GET": Op("call", "read", _("一次评选：问什么、要什么材料、条件和名额"), {200: CallDetailAnswer})}

    def rows(self) -> Any:
        return Call.objects.visible_to(self.actor).select_related("owner").prefetch_related("categories")


ROUTES = (Programs, Calls, OneCall)
