"""The API of the ground floor: one's messages and one's background work."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.core import exports, files, jobs, outbox, trail
from portal.core.models import Job, Message
from portal.core.tables import JOBS, MESSAGES
from portal.kit.api.views import ApiView, Body, Collection, Item, Op
from portal.kit.refusal import Refused

#: What jobs make: sheets, papers, bundles of them.
RESULTS = (
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/pdf", "application/zip",
)  # fmt: skip


class MessageAnswer(serializers.ModelSerializer):
    class Meta:
        model = Message
        fields = ["id", "subject", "body", "url", "created_at", "read_at"]


class JobAnswer(serializers.ModelSerializer):
    percent = serializers.IntegerField()
    has_file = serializers.SerializerMethodField()

    class Meta:
        model = Job
        fields = [
            "id", "kind", "title", "state", "percent", "text", "error", "result_url", "has_file", "created_at",
            "finished_at",
        ]  # fmt: skip

    def get_has_file(self, job: Job) -> bool:
        return job.file_id is not None


class ReadBody(Body):
    messages = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**62), max_length=500, required=False,
        help_text="哪几条；不写就是全部",
    )  # fmt: skip


class ReadAnswer(serializers.Serializer):
    changed = serializers.IntegerField()


class Messages(Collection):
    name, path = "messages", "messages/"
    listing, line = MESSAGES, MessageAnswer
    operations = {"GET": Op("message", "read", _("我的消息"), {200: MessageAnswer}, listing=MESSAGES)}


class OneMessage(Item):
    name, path, key = "message", "messages/<int:message_id>/", "message_id"
    item = MessageAnswer
    operations = {"GET": Op("message", "read", _("一条消息；不会标成读过"), {200: MessageAnswer})}

    def rows(self) -> QuerySet[Message]:
        return Message.objects.visible_to(self.actor)


class MessagesRead(ApiView):
    name, path = "messages_read", "messages/read/"
    operations = {"POST": Op("message", "read", _("标成读过"), {200: ReadAnswer}, body=ReadBody)}

    def post(self, request: Request) -> Response:
        return Response({"changed": outbox.mark_read(self.actor.user, self.read().get("messages"))})


class Jobs(Collection):
    name, path = "jobs", "jobs/"
    listing, line = JOBS, JobAnswer
    operations = {"GET": Op("job", "read", _("我发起的后台任务"), {200: JobAnswer}, listing=JOBS)}

    def rows(self) -> QuerySet[Job]:
        return Job.objects.visible_to(self.actor)


class OneJob(Item):
    name, path, key = "job", "jobs/<int:job_id>/", "job_id"
    item = JobAnswer
    operations = {"GET": Op("job", "read", _("一个任务，做到哪里"), {200: JobAnswer})}

    def rows(self) -> QuerySet[Job]:
        return Job.objects.visible_to(self.actor)


class JobCancel(OneJob):
    name, path = "job_cancel", "jobs/<int:job_id>/cancel/"
    operations = {"POST": Op("job", "cancel", _("请它停下"), {200: JobAnswer})}

    def post(self, request: Request, job_id: int) -> Response:
        job = self.row()
        if job.open:
            jobs.cancel(job)
            trail.write(self.actor, "job.cancel", job, change={"kind": job.kind})
            job.refresh_from_db()
        return self.told(JobAnswer, job)


class JobFile(OneJob):
    name, path = "job_file", "jobs/<int:job_id>/file/"
    operations = {"GET": Op("job", "read", _("任务做出来的文件"), {200: RESULTS})}

    def rows(self) -> QuerySet[Job]:
        return super().rows().select_related("file")

    def get(self, request: Request, **kwargs: Any) -> HttpResponseBase:
        """For its owner, while the post it was made in is still theirs."""
        job = self.row()
        if job.file is None:
            raise Http404
        try:
            actor = exports.taker_of(job)
        except Refused as gone:
            raise Http404 from gone
        trail.write(actor, "job.download", job, change={"kind": job.kind, "sha256": job.file.sha256})
        return files.respond(job.file)


ROUTES = (Messages, OneMessage, MessagesRead, Jobs, OneJob, JobCancel, JobFile)
