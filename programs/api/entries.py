"""Entries: the list, one with its answers, its revisions, its story, what the rules say, its papers."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.core import files
from portal.kit.api.answers import Problem
from portal.kit.api.schema import FindingAnswer
from portal.kit.api.views import Collection, Item, Op, found
from programs import checks
from programs.actions.moves import moves_for
from programs.models import Attachment, Entry, Revision
from programs.queries import history
from programs.spec import Finding
from programs.tables.entries import ENTRIES

RELATED = (
    "call", "call__owner", "category", "organization", "desk", "desk__parent", "member", "returned_from",
)  # fmt: skip


class EntryAnswer(serializers.ModelSerializer):
    category = serializers.CharField(source="category.key")
    organization_name = serializers.CharField(source="organization.name")
    desk_name = serializers.CharField(source="desk.name")

    class Meta:
        model = Entry
        fields = [
            "id", "number", "call", "category", "organization", "organization_name", "member", "subject", "state",
            "desk", "desk_name", "held", "rank", "version", "revision", "created_at", "submitted_at", "updated_at",
        ]  # fmt: skip


class AttachmentAnswer(serializers.ModelSerializer):
    file_name = serializers.CharField(source="file.name")
    mime = serializers.CharField(source="file.mime")
    size = serializers.IntegerField(source="file.size")
    sha256 = serializers.CharField(source="file.sha256")

    class Meta:
        model = Attachment
        fields = ["id", "item", "file_name", "mime", "size", "sha256", "added_at"]


class MoveAnswer(serializers.Serializer):
    name = serializers.CharField()
    label = serializers.CharField()
    note = serializers.BooleanField(help_text="要写理由")
    flags = serializers.BooleanField(help_text="可以指出要改哪几处")
    target = serializers.CharField()


class EntryDetailAnswer(EntryAnswer):
    """The whole entry. ``moves`` are the ones this actor may make now."""

    data = serializers.DictField()
    flags = serializers.DictField(help_text="退回时要改的地方：fields、note、due")
    attachments = serializers.SerializerMethodField()
    moves = serializers.SerializerMethodField()

    class Meta(EntryAnswer.Meta):
        fields = [*EntryAnswer.Meta.fields, "data", "flags", "attachments", "moves"]

    def get_attachments(self, entry: Entry) -> AttachmentAnswer(many=True):  # type: ignore[valid-type]
        return AttachmentAnswer(entry.attachments.select_related("file"), many=True).data

    def get_moves(self, entry: Entry) -> MoveAnswer(many=True):  # type: ignore[valid-type]
        up = {"up": (entry.desk.parent or entry.call.owner).short}
        return [
            {
                "name": move.name, "label": str(move.label) % up if "%(" in str(move.label) else str(move.label),
                "note": move.note, "flags": move.flags, "target": str(move.target),
            }
            for move in moves_for(self.context["actor"], entry)
        ]  # fmt: skip


class RevisionAnswer(serializers.ModelSerializer):
    files = serializers.ListField(child=serializers.DictField())
    data = serializers.DictField()

    class Meta:
        model = Revision
        fields = ["number", "at", "data", "files", "digest"]


class EventAnswer(serializers.Serializer):
    title = serializers.CharField()
    meta = serializers.CharField()
    quote = serializers.CharField(allow_blank=True)
    mark = serializers.CharField(allow_blank=True)


def drawn(one: Finding) -> dict[str, Any]:
    """A finding as an answer."""
    names = ("rule", "title", "level", "figure", "sentence", "cure", "field")
    return {name: str(getattr(one, name)) for name in names}


class Entries(Collection):
    name, path = "entries", "entries/"
    listing, line = ENTRIES, EntryAnswer


class OneEntry(Item):
    """The base of everything below one entry."""

    name, path, key = "entry", "entries/<int:entry_id>/", "entry_id"
    item = EntryDetailAnswer

    def rows(self) -> QuerySet[Entry]:
        return Entry.objects.visible_to(self.actor).select_related(*RELATED)


class Revisions(OneEntry):
    name, path = "revisions", "entries/<int:entry_id>/revisions/"
    operations = {"GET": Op("entry", "read", _("交上来过的各版"), {200: RevisionAnswer(many=True)})}

    def get(self, request: Request, **kwargs: Any) -> Response:
        return Response(RevisionAnswer(self.row().revisions.all(), many=True).data)


class History(OneEntry):
    name, path = "history", "entries/<int:entry_id>/history/"
    operations = {"GET": Op("entry", "read", _("经过，新的在前"), {200: EventAnswer(many=True)})}

    def get(self, request: Request, **kwargs: Any) -> Response:
        entry = self.row()
        return Response(history.events(entry, history.records(entry), history.way_up(entry)))


class Findings(OneEntry):
    name, path = "findings", "entries/<int:entry_id>/findings/<slug:move>/"
    operations = {"GET": Op("entry", "read", _("走这一步时规则会怎么说；stop 会拦下"), {200: FindingAnswer(many=True)})}

    def get(self, request: Request, **kwargs: Any) -> Response:
        entry = self.row()
        if entry.call.workflow.move(self.kwargs["move"]) is None:
            raise Problem(404)
        return Response([drawn(one) for one in checks.findings(entry, self.kwargs["move"])])


class OneAttachment(OneEntry):
    name, path = "attachment", "entries/<int:entry_id>/attachments/<int:attachment_id>/"

    def paper(self) -> Attachment:
        """The file of this entry, and of no other."""
        return found(self.row().attachments.select_related("file"), pk=self.kwargs["attachment_id"])

    def get(self, request: Request, **kwargs: Any) -> HttpResponseBase:
        return files.respond(self.paper().file)


ROUTES = (Revisions, History, Findings)
