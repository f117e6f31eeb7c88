"""The API of the registry: unions, people as the pages show them, and imports."""

import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from portal.kit import days, text
from portal.kit.api.views import Body, Collection, Item, Op
from portal.registry.imports import batches
from portal.registry.imports.spec import importer, importers
from portal.registry.models import ImportBatch, Member, Organization
from portal.registry.tables import IMPORTS, MEMBERS, ORGANIZATIONS


class OrganizationAnswer(serializers.ModelSerializer):
    parent_name = serializers.CharField(source="parent.name", default=None, allow_null=True)

    class Meta:
        model = Organization
        fields = [
            "id", "code", "name", "short_name", "kind", "sector", "area", "parent", "parent_name", "head_count",
            "women_count", "phone", "uscc", "term_from", "term_until", "active", "version",
        ]  # fmt: skip


class MemberAnswer(serializers.ModelSerializer):
    """What identifies a person is masked here as on the pages; plain values are an act of their own, not of the API."""

    organization_name = serializers.CharField(source="organization.name")
    document_masked = serializers.SerializerMethodField()
    phone_masked = serializers.SerializerMethodField()

    class Meta:
        model = Member
        fields = [
            "id", "name", "organization", "organization_name", "sex", "birth_date", "politics", "title", "position",
            "rank", "personnel", "hired_on", "active", "document_masked", "phone_masked", "version", "updated_at",
        ]  # fmt: skip

    def get_document_masked(self, member: Member) -> str:
        return text.mask_id(member.document_number)

    def get_phone_masked(self, member: Member) -> str:
        return text.mask_phone(member.phone) if member.phone else ""


class ImportAnswer(serializers.ModelSerializer):
    file_name = serializers.CharField(source="file.name")
    busy = serializers.SerializerMethodField(help_text="后台在处理；等它变成 false 再往下办")
    job = serializers.IntegerField(source="job_id", allow_null=True)

    class Meta:
        model = ImportBatch
        fields = [
            "id", "importer", "organization", "file_name", "state", "busy", "job", "reason", "summary", "version",
            "created_at", "committed_at",
        ]  # fmt: skip

    def get_busy(self, batch: ImportBatch) -> bool:
        return batch.job is not None and batch.job.open


class ImportBody(Body):
    importer = serializers.CharField(max_length=40, help_text="表的名称：members、organizations …")
    file = serializers.FileField()
    as_of = serializers.DateField(required=False, help_text="名册是哪天的；不写是今天")


class CommitBody(Body):
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    skip_wrong = serializers.BooleanField(default=False, help_text="跳过有错的行")


class Organizations(Collection):
    name, path = "organizations", "organizations/"
    listing, line = ORGANIZATIONS, OrganizationAnswer
    operations = {
        "GET": Op("organization", "read", _("看得到的组织"), {200: OrganizationAnswer}, listing=ORGANIZATIONS)
    }


class OneOrganization(Item):
    name, path, key = "organization", "organizations/<int:organization_id>/", "organization_id"
    item = OrganizationAnswer
    operations = {"GET": Op("organization", "read", _("一家组织"), {200: OrganizationAnswer})}

    def rows(self) -> QuerySet[Organization]:
        return Organization.objects.visible_to(self.actor).select_related("parent")


class Members(Collection):
    name, path = "members", "members/"
    listing, line = MEMBERS, MemberAnswer
    operations = {"GET": Op("member", "read", _("会员名册，证件和手机打码"), {200: MemberAnswer}, listing=MEMBERS)}


class OneMember(Item):
    name, path, key = "member", "members/<int:member_id>/", "member_id"
    item = MemberAnswer
    operations = {"GET": Op("member", "read", _("一名会员，证件和手机打码"), {200: MemberAnswer})}

    def rows(self) -> QuerySet[Member]:
        return Member.objects.visible_to(self.actor).select_related("organization")


class Imports(Collection):
    name, path = "imports", "imports/"
    listing, line = IMPORTS, ImportAnswer
    parser_classes = [MultiPartParser]
    operations = {
        "GET": Op("member", "import", _("我上传的表"), {200: ImportAnswer}, listing=IMPORTS),
        "POST": Op("member", "import", _("上传一份表，后台校验"), {201: ImportAnswer}, body=ImportBody),
    }

    def rows(self) -> QuerySet[ImportBatch]:
        return _mine(self.actor)

    def post(self, request: Request) -> Response:
        given = self.read()
        one = next((i for i in importers() if i.key == given["importer"] and batches.allowed(self.actor, i)), None)
        if one is None:
            raise serializers.ValidationError({"importer": _("没有这种表，或者这个身份不能导入")})
        as_of: datetime.date = given.get("as_of") or days.today()
        batch = batches.upload(self.actor, one, given["file"], as_of)
        return self.told(ImportAnswer, _mine(self.actor).get(pk=batch.pk), 201)


class OneImport(Item):
    name, path, key = "import", "imports/<int:import_id>/", "import_id"
    item = ImportAnswer
    operations = {"GET": Op("member", "import", _("一份表：校验的结果，办到哪一步"), {200: ImportAnswer})}

    def rows(self) -> QuerySet[ImportBatch]:
        return _mine(self.actor)

    def row(self) -> ImportBatch:
        batch = super().row()
        one = importer(batch.importer)
        if one is None or not batches.allowed(self.actor, one):
            raise Http404
        return batch


class ImportCommit(OneImport):
    name, path = "import_commit", "imports/<int:import_id>/commit/"
    operations = {"POST": Op("member", "import", _("入库，后台办"), {202: ImportAnswer}, body=CommitBody)}

    def post(self, request: Request, import_id: int) -> Response:
        batch, given = self.row(), self.read()
        batches.start_commit(self.actor, batch.pk, given["version"], given["skip_wrong"])
        return self.told(ImportAnswer, self.row(), 202)


def _mine(actor: Any) -> QuerySet[ImportBatch]:
    allowed = [one.key for one in importers() if batches.allowed(actor, one)]
    rows = ImportBatch.objects.visible_to(actor).filter(importer__in=allowed)
    return rows.select_related("file", "job")


ROUTES = (Organizations, OneOrganization, Members, OneMember, Imports, OneImport, ImportCommit)
