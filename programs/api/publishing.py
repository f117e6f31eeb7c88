"""Decisions and the entries they settle."""

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from portal.kit.api.views import Collection, Item, Op
from programs.models import Decision, DecisionLine
from programs.tables.notices import DECISIONS


class DecisionAnswer(serializers.ModelSerializer):
    size = serializers.IntegerField(help_text="几件")

    class Meta:
        model = Decision
        fields = ["id", "call", "number", "title", "state", "decided_on", "signed_at", "size", "version"]


class SettledAnswer(serializers.ModelSerializer):
    class Meta:
        model = DecisionLine
        fields = ["entry", "revision", "digest"]


class DecisionDetailAnswer(DecisionAnswer):
    lines = SettledAnswer(many=True)

    class Meta(DecisionAnswer.Meta):
        fields = [*DecisionAnswer.Meta.fields, "text", "lines"]


class Decisions(Collection):
    name, path = "decisions", "decisions/"
    listing, line = DECISIONS, DecisionAnswer
    operations = {"GET": Op("decision", "read", _("决定"), {200: DecisionAnswer}, listing=DECISIONS)}

    def rows(self) -> QuerySet[Decision]:
        return Decision.objects.visible_to(self.actor).annotate(size=Count("lines"))


class OneDecision(Item):
    name, path, key = "decision", "decisions/<int:decision_id>/", "decision_id"
    item = DecisionDetailAnswer
    operations = {"GET": Op("decision", "read", _("一份决定和它办结的推荐"), {200: DecisionDetailAnswer})}

    def rows(self) -> QuerySet[Decision]:
        return Decision.objects.visible_to(self.actor).annotate(size=Count("lines")).prefetch_related("lines")


ROUTES = (Decisions, OneDecision)
