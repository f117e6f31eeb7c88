"""The audit trail, messages, files, jobs and the working-day overrides."""

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.core.actor import Actor

append_only = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
#: Tables on which the application's own database role may only INSERT and SELECT (see ``manage.py grant_app_role``).
APPEND_ONLY: list[str] = []


def appended(model: type[models.Model]) -> type[models.Model]:
    """Class decorator: the application's database role gets no UPDATE or DELETE on this table."""
    APPEND_ONLY.append(model._meta.db_table)
    return model


class RecordQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "RecordQuerySet":
        return self if actor.role in ("auditor", "log") else self.none()

    def about(self, target: models.Model) -> "RecordQuerySet":
        return self.filter(target_type=target._meta.label_lower, target_id=target.pk)


@appended
class Record(models.Model):
    """One line of the audit trail. Holds ids, state names and field names, never personal values (rule 37)."""

    at = models.DateTimeField(_("时间"), db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("谁"))
    post_id = models.BigIntegerField(_("岗位"), null=True)
    as_name = models.CharField(_("身份"), max_length=200, blank=True)
    act = models.CharField(_("做了什么"), max_length=60, db_index=True)
    target_type = models.CharField(_("对象类别"), max_length=60)
    target_id = models.BigIntegerField(_("对象编号"), null=True)
    target_name = models.CharField(_("对象"), max_length=200, blank=True)
    note = models.TextField(_("理由"), blank=True)
    change = models.JSONField(_("变更"), default=dict)
    request_id = models.CharField(_("请求号"), max_length=32, blank=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["target_type", "target_id", "-id"])]
        triggers = [append_only]

    def __str__(self) -> str:
        return f"{self.act} {self.target_type}:{self.target_id}"


@appended
class Seal(models.Model):
    """Link of the hash chain over records: mac = HMAC(key, previous mac + canonical record)."""

    seq = models.BigIntegerField(primary_key=True)
    record = models.OneToOneField(Record, models.PROTECT)
    mac = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        triggers = [append_only]

    def __str__(self) -> str:
        return f"{self.seq}"


class MessageQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "MessageQuerySet":
        return self.filter(user=actor.user) if actor.user else self.none()


class Message(models.Model):
    """In-app message and, where the user has an address, its e-mail. Written in the transaction of the act it
    tells of.
    """

    class Mail(models.TextChoices):
        NONE = "none", _("不发邮件")
        QUEUED = "queued", _("待发")
        SENT = "sent", _("已发")
        FAILED = "failed", _("没发出")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="inbox")
    subject = models.CharField(_("标题"), max_length=200)
    body = models.TextField(_("内容"), blank=True)
    url = models.CharField(_("去处"), max_length=200, blank=True)
    key = models.CharField(max_length=120)
    created_at = models.DateTimeField(_("时间"), auto_now_add=True, db_index=True)
    read_at = models.DateTimeField(_("已读"), null=True, blank=True)
    mail = models.CharField(_("邮件"), max_length=10, choices=Mail, default=Mail.NONE)
    mail_tries = models.PositiveSmallIntegerField(default=0)
    mail_after = models.DateTimeField(null=True, blank=True)
    mail_sent_at = models.DateTimeField(null=True, blank=True)
    mail_error = models.CharField(max_length=200, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="message_once")]
        indexes = [
            models.Index(fields=["user", "-id"]),
            models.Index(fields=["mail_after"], condition=Q(mail="queued"), name="message_mail_queue"),
        ]

    def __str__(self) -> str:
        return self.subject


@appended
class StoredFile(models.Model):
    """A stored upload or result. The stored name is random, the shown name is data. No URL of its own: owners
    serve it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("文件名"), max_length=200)
    mime = models.CharField(max_length=100)
    size = models.BigIntegerField(_("大小"))
    sha256 = models.CharField(max_length=64, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return self.name


class JobQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "JobQuerySet":
        return self.filter(owner=actor.user) if actor.user else self.none()


class Job(models.Model):
    """Background work with progress. Its state is the machine's; the business state lives on the business row."""

    class State(models.TextChoices):
        QUEUED = "queued", _("排队")
        RUNNING = "running", _("正在做")
        DONE = "done", _("做完")
        FAILED = "failed", _("没做成")
        CANCELLED = "cancelled", _("已停下")

    kind = models.CharField(max_length=60)
    queue = models.CharField(max_length=20, default="celery")
    title = models.CharField(_("任务"), max_length=200)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="jobs")
    post_id = models.BigIntegerField(null=True)
    params = models.JSONField(default=dict)
    state = models.CharField(_("情形"), max_length=10, choices=State, default=State.QUEUED)
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    text = models.CharField(_("进度"), max_length=200, blank=True)
    result = models.JSONField(default=dict)
    result_url = models.CharField(max_length=200, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    error = models.TextField(blank=True)
    cancel_asked = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-id"]),
            models.Index(fields=["sent_at"], condition=Q(state__in=["queued", "running"]), name="job_open"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def percent(self) -> int:
        return 100 if self.state == self.State.DONE else min(99, self.done * 100 // self.total) if self.total else 0

    @property
    def open(self) -> bool:
        return self.state in (self.State.QUEUED, self.State.RUNNING)


class DayOverride(models.Model):
    """A day on which the published calendar is overruled: worked though off, or off though worked."""

    day = models.DateField(_("日期"), unique=True)
    works = models.BooleanField(_("上班"))
    reason = models.CharField(_("依据"), max_length=100)

    class Meta:
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day}"
