"""Writing entries: start, save the draft, papers, moves. The same actions as the forms, so the same refusals."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from rest_framework import serializers
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from portal.kit.api.answers import Problem
from portal.kit.api.views import Body, Op, found
from portal.kit.refusal import Refused
from portal.registry.models import Member
from programs import checks
from programs.actions import entries as actions
from programs.actions.drafts import save_draft
from programs.actions.moves import make_move, why_not
from programs.api.entries import (
    AttachmentAnswer,
    Entries,
    EntryAnswer,
    EntryDetailAnswer,
    OneAttachment,
    OneEntry,
    drawn,
)
from programs.forms.entries import flag_choices
from programs.models import Call, Entry
from programs.tables.entries import ENTRIES

BIG = 2**31 - 1
LONGEST = 20000
SCANS = ("application/pdf", "image/jpeg", "image/png", "image/webp")


def _plain(data: Any) -> bool:
    return data is None or isinstance(data, str | int)


def _rows(data: Any) -> bool:
    return isinstance(data, list) and all(isinstance(row, dict) and all(map(_plain, row.values())) for row in data)


class AnswerField(serializers.Field):
    """One answer: text, a whole number, yes or no, nothing, or the rows of a table as objects.

    What is wrong with it the rules say, not the API.
    """

    default_error_messages = {
        "kind": _l("只能是文字、整数、true、false、null，表格写成对象的数组"),
        "long": _l("太长了，或者有不能存的字符"),
    }

    def to_internal_value(self, data: Any) -> Any:
        if not _plain(data) and not _rows(data):
            self.fail("kind")
        text = str(data)
        if len(text) > LONGEST or any("\ud800" <= sign <= "\udfff" for sign in text):
            self.fail("long")
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class StartBody(Body):
    call = serializers.IntegerField(min_value=1, max_value=BIG)
    category = serializers.CharField(max_length=40, help_text="奖项的 key")
    member = serializers.IntegerField(min_value=1, max_value=2**62, required=False, help_text="推荐谁；集体写负责人")
    subject = serializers.CharField(max_length=120, required=False, help_text="集体名称；推荐个人不写")


class DraftBody(Body):
    version = serializers.IntegerField(
        min_value=1, max_value=BIG, help_text="你看到的版本；旧了会得到 409 和两边的内容"
    )
    data = serializers.DictField(child=AnswerField(allow_null=True), help_text="要改的回答；没写的不动")
    subject = serializers.CharField(max_length=120, required=False)


class PaperBody(Body):
    item = serializers.CharField(max_length=40, help_text="材料清单里的 name")
    file = serializers.FileField()


class MoveBody(Body):
    move = serializers.CharField(max_length=40)
    version = serializers.IntegerField(min_value=1, max_value=BIG)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    flags = serializers.DictField(
        child=serializers.CharField(max_length=200), required=False, help_text="退回时：哪一处 → 怎么改"
    )


class StartEntries(Entries):
    operations = {
        "GET": Op("entry", "read", _l("看得到的推荐"), {200: EntryAnswer}, listing=ENTRIES),
        "POST": Op("entry", "create", _l("开始填一件"), {201: EntryDetailAnswer}, body=StartBody),
    }

    def post(self, request: Request) -> Response:
        given = self.read()
        call = Call.objects.visible_to(self.actor).filter(pk=given["call"]).first()
        category = call.categories.filter(key=given["category"]).first() if call else None
        if call is None or category is None:
            raise serializers.ValidationError({"category" if call else "call": _("没有这一项")})
        member = None
        if "member" in given:
            member = Member.objects.visible_to(self.actor).filter(pk=given["member"], active=True).first()
            if member is None:
                raise serializers.ValidationError({"member": _("名册里没有这个人")})
        entry = actions.start_entry(self.actor, call, category, member, given.get("subject", ""))
        return self.told(EntryDetailAnswer, found(OneEntry.rows(self), pk=entry.pk), 201)  # type: ignore[arg-type]


class EditEntry(OneEntry):
    operations = {
        "GET": Op("entry", "read", _l("一件推荐：回答、材料、现在能走的步"), {200: EntryDetailAnswer}),
        "PATCH": Op("entry", "update", _l("存草稿，不校验内容"), {200: EntryDetailAnswer}, body=DraftBody),
    }

    def patch(self, request: Request, entry_id: int) -> Response:
        entry, given = self.row(), self.read()
        _known(entry, given["data"])
        try:
            save_draft(self.actor, entry.pk, given["data"], given["version"], given.get("subject", ""))
        except Refused as refusal:
            now = self.row()
            if now.version == given["version"]:
                raise
            raise Problem(409, str(refusal), current=_sides(now, given["data"])) from refusal
        return self.told(EntryDetailAnswer, self.row())


def _known(entry: Entry, data: dict[str, Any]) -> None:
    """Rule 4: what the form would not offer is refused by name."""
    writable = {one.name for one in entry.call.fields if not one.locked}
    wrong = {f"data.{name}": [_("没有这一项，或者不能写")] for name in data if name not in writable}
    if wrong:
        raise Problem(422, errors=wrong)


def _sides(entry: Entry, mine: dict[str, Any]) -> dict[str, Any]:
    """What stands there now, and both sides of every answer that differs."""
    differ = {n: {"yours": v, "theirs": entry.data.get(n)} for n, v in mine.items() if entry.data.get(n) != v}
    return {"version": entry.version, "state": entry.state, "fields": differ}


class Papers(OneEntry):
    name, path = "attachments", "entries/<int:entry_id>/attachments/"
    parser_classes = [MultiPartParser]
    operations = {
        "GET": Op("entry", "read", _l("一件推荐的材料"), {200: AttachmentAnswer(many=True)}),
        "POST": Op("entry", "update", _l("交一份材料"), {201: AttachmentAnswer}, body=PaperBody),
    }

    def get(self, request: Request, **kwargs: Any) -> Response:
        return Response(AttachmentAnswer(self.row().attachments.select_related("file"), many=True).data)

    def post(self, request: Request, entry_id: int) -> Response:
        entry, given = self.row(), self.read()
        if given["item"] not in {one.name for one in entry.call.materials}:
            raise serializers.ValidationError({"item": _("清单里没有这一样")})
        try:
            made = actions.attach(self.actor, entry.pk, given["item"], given["file"])
        except Refused as refusal:
            if not entry.editable:
                raise
            raise Refused(str(refusal), "file") from refusal
        return self.told(AttachmentAnswer, made, 201)


class Paper(OneAttachment):
    parser_classes = [JSONParser]
    operations = {
        "GET": Op("entry", "read", _l("材料的文件"), {200: SCANS}),
        "DELETE": Op("entry", "update", _l("拿掉一份材料"), {204: None}),
    }

    def delete(self, request: Request, **kwargs: Any) -> Response:
        paper = self.paper()
        actions.detach(self.actor, paper.entry_id, paper.pk)
        return Response(status=204)


class Moves(OneEntry):
    name, path = "moves", "entries/<int:entry_id>/moves/"
    operations = {
        "POST": Op(
            "entry", "move", _l("走一步：交上去、同意、退回…；拦下时 findings 写明差多少"), {200: EntryDetailAnswer},
            body=MoveBody,
        )
    }  # fmt: skip

    def post(self, request: Request, entry_id: int) -> Response:
        entry, given = self.row(), self.read()
        flags = given.get("flags", {})
        self._asked(entry, given["move"], flags)
        try:
            make_move(entry.pk, given["move"], by=self.actor, note=given["note"], flags=flags, version=given["version"])
        except Refused as refusal:
            raise self._why(entry, given["move"], refusal) from refusal
        return self.told(EntryDetailAnswer, self.row())

    @staticmethod
    def _asked(entry: Entry, name: str, flags: dict[str, str]) -> None:
        move = entry.call.workflow.move(name)
        if move is None or move.through:
            open_ones = [one.name for one in entry.call.workflow.moves if not one.through]
            raise serializers.ValidationError({"move": _("只能是 %(values)s") % {"values": "、".join(open_ones)}})
        known = {key for key, _label in flag_choices(entry)} if move.flags else set()
        if set(flags) - known:
            raise serializers.ValidationError({"flags": _("没有这一处：%(n)s") % {"n": "、".join(set(flags) - known)}})

    def _why(self, entry: Entry, name: str, refusal: Refused) -> Exception:
        """409 where the state, the version or the hands have moved on; 422 where the rules stop it, with figures."""
        now = self.row()
        move = now.call.workflow.move(name)
        if move is not None and move.checked and not why_not(self.actor, move, now):
            stops = [drawn(one) for one in checks.findings(now, name) if one.stops]
            if stops:
                return Problem(422, str(refusal), findings=stops)
        if refusal.field:
            return refusal
        return Problem(409, str(refusal), current={"version": now.version, "state": now.state})


ROUTES = (StartEntries, EditEntry, Papers, Paper, Moves)
