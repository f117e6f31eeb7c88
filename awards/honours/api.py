"""The API of the honour register."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from awards.honours.models import Honour
from awards.honours.tables import HONOURS, register
from portal.kit.api.views import Collection, Item, Op


class HonourAnswer(serializers.ModelSerializer):
    certificate = serializers.CharField(source="certificate.number", default=None, allow_null=True)
    revoked = serializers.BooleanField()

    class Meta:
        model = Honour
        fields = [
            "id", "title", "family", "level", "year", "awarded_on", "member", "organization", "name", "collective",
            "unit", "document", "decision", "entry", "certificate", "revoked", "revoked_at", "revoked_document",
        ]  # fmt: skip


class Honours(Collection):
    name, path = "honours", "honours/"
    listing, line = HONOURS, HonourAnswer
    operations = {"GET": Op("honour", "read", _("荣誉登记簿"), {200: HonourAnswer}, listing=HONOURS)}


class OneHonour(Item):
    name, path, key = "honour", "honours/<int:honour_id>/", "honour_id"
    item = HonourAnswer
    operations = {"GET": Op("honour", "read", _("一项荣誉"), {200: HonourAnswer})}

    def rows(self) -> QuerySet[Honour]:
        return register(self.actor)


ROUTES = (Honours, OneHonour)
