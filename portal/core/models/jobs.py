"""Background work, and which periodic work was done."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.core.actor import Actor
from portal.core.models.files import StoredFile
from portal.kit import days


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
    created_at = models.DateTimeField(default=days.now, editable=False)
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


class Press(models.Model):
    """A form that was sent; the unique row decides which of two presses does it (rule 13). ``slot`` is a digest."""

    slot = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.slot


class PeriodicRun(models.Model):
    """Periodic work that was done for its period; the row decides which of two beats does it (rule 21)."""

    name = models.CharField(max_length=60)
    period = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "period"], name="period_once")]
        indexes = [models.Index(fields=["at"])]

    def __str__(self) -> str:
        return f"{self.name} {self.period}"
