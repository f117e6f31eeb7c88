"""Work plans and what they announce."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.core.actor import Actor
from portal.kit.api.views import ApiView, Item, Op
from programs.models import Call, Plan, PlanItem


class PlanAnswer(serializers.ModelSerializer):
    class Meta:
        model = Plan
        fields = ["id", "owner", "year", "title", "number", "issued_on", "issuer", "status"]


class PlanItemAnswer(serializers.ModelSerializer):
    calls = serializers.SerializerMethodField(help_text="对应的评选")

    class Meta:
        model = PlanItem
        fields = [
            "id", "parent", "kind", "code", "title", "text", "theme", "due", "department", "done_on", "done_note",
            "calls",
        ]  # fmt: skip

    def get_calls(self, item: PlanItem) -> list[int]:
        return [call.pk for call in item.calls.all()]


class PlanDetailAnswer(PlanAnswer):
    items = PlanItemAnswer(many=True)

    class Meta(PlanAnswer.Meta):
        fields = [*PlanAnswer.Meta.fields, "items"]


def _calls(name: str, actor: Actor) -> Prefetch:
    """The editions of a task that the actor may see: a draft is nobody else's business."""
    return Prefetch(name, Call.objects.visible_to(actor).defer("form", "params", "intro"))


class Plans(ApiView):
    name, path = "plans", "plans/"
    operations = {"GET": Op("plan", "read", _("年度工作计划"), {200: PlanAnswer(many=True)})}

    def get(self, request: Request) -> Response:
        return Response(PlanAnswer(Plan.objects.visible_to(self.actor).defer("source"), many=True).data)


class OnePlan(Item):
    name, path, key = "plan", "plans/<int:plan_id>/", "plan_id"
    item = PlanDetailAnswer
    operations = {"GET": Op("plan", "read", _("一份计划，章、条、任务"), {200: PlanDetailAnswer})}

    def rows(self) -> QuerySet[Plan]:
        seen = Plan.objects.visible_to(self.actor).defer("source")
        return seen.prefetch_related("items", _calls("items__calls", self.actor))


class OnePlanItem(Item):
    name, path, key = "plan_item", "plan-items/<int:item_id>/", "item_id"
    item = PlanItemAnswer
    operations = {"GET": Op("plan", "read", _("计划的一条"), {200: PlanItemAnswer})}

    def rows(self) -> Any:
        return PlanItem.objects.visible_to(self.actor).prefetch_related(_calls("calls", self.actor))


ROUTES = (Plans, OnePlan, OnePlanItem)
