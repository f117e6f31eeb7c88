"""Public notices and the objections against them."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThan
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.core.actor import Actor
from portal.core.models import StoredFile
from portal.kit.fields import EncryptedTextField
from programs.models.calls import Call
from programs.models.entries import Entry


def public_code() -> str:
    """An address that cannot be guessed from its neighbour: 10 letters and digits without look-alikes."""
    return "".join(secrets.choice("23456789abcdefghjkmnpqrstuvwxyz") for _n in range(10))


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "NoticeQuerySet":
        if actor.role == "auditor":
            return self
        if actor.role in ("officer", "leader", "supervisor"):
            return self.filter(call__owner=actor.organization)
        return self.none()

    def public(self) -> "NoticeQuerySet":
        """What the signed-out page may show: posted, not taken down."""
        return self.filter(state__in=[Notice.State.POSTED, Notice.State.ENDED])


class Notice(models.Model):
    """A public notice: a window of N working days over many entries (rule R16)."""

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        POSTED = "posted", _("公示中")
        ENDED = "ended", _("已期满")
        ARCHIVED = "archived", _("已归档")

    call = models.ForeignKey(Call, models.PROTECT, related_name="notices")
    code = models.CharField(max_length=12, unique=True, default=public_code)
    title = models.CharField(_("标题"), max_length=150)
    number = models.CharField(_("文号"), max_length=60, blank=True)
    body = models.TextField(_("正文"))
    contact = models.JSONField(_("联系方式"), default=dict)
    days = models.PositiveSmallIntegerField(_("工作日"))
    first_day_counts = models.BooleanField(_("当天算第 1 天"), default=False)
    starts_on = models.DateField(_("开始"), null=True)
    ends_on = models.DateField(_("期满"), null=True)
    state = models.CharField(_("情形"), max_length=10, choices=State, default=State.DRAFT)
    result = models.TextField(_("公示结果"), blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    posted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(days__gte=1), name="notice_days"),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="notice_window"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("programs:notice", args=[self.pk])


class NoticeLine(models.Model):
    """One entry on a notice, with the words that are public. Frozen when the notice is posted."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="lines")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="notice_lines")
    order = models.PositiveIntegerField(default=0)
    name = models.CharField(_("姓名"), max_length=120)
    unit = models.CharField(_("单位"), max_length=120)
    category = models.CharField(_("奖项"), max_length=60)
    detail = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["notice", "entry"], name="notice_line_once")]

    def __str__(self) -> str:
        return self.name


class ObjectionQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "ObjectionQuerySet":
        """The supervisors of the owner and the auditors; nobody who handles the award sees who objected."""
        if actor.role == "auditor":
            return self
        if actor.role == "supervisor":
            return self.filter(notice__call__owner=actor.organization)
        return self.none()


class Objection(models.Model):
    """An objection: received → accepted or not → upheld or dismissed, answered. It holds only its own entry
    (rule R17).
    """

    class Kind(models.TextChoices):
        NAMED = "named", _("实名")
        UNIT = "unit", _("单位")
        ANONYMOUS = "anonymous", _("匿名")

    class State(models.TextChoices):
        RECEIVED = "received", _("已收到")
        ACCEPTED = "accepted", _("在核实")
        DECLINED = "declined", _("不受理")
        UPHELD = "upheld", _("成立")
        DISMISSED = "dismissed", _("不成立")

    OPEN = ("received", "accepted")

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="objections")
    line = models.ForeignKey(NoticeLine, models.PROTECT, null=True, related_name="objections")
    kind = models.CharField(_("方式"), max_length=10, choices=Kind)
    name = EncryptedTextField(_("姓名或单位"), blank=True, default="")
    contact = EncryptedTextField(_("联系方式"), blank=True, default="")
    text = EncryptedTextField(_("内容"))
    evidence = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    receipt = models.CharField(max_length=12, unique=True, default=public_code)
    state = models.CharField(_("情形"), max_length=10, choices=State, default=State.RECEIVED)
    answer = models.TextField(_("答复"), blank=True)
    received_at = models.DateTimeField(_("收到"), auto_now_add=True)
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                # The columns are sealed, but an empty text stays empty.
                condition=Q(kind="anonymous")
                | Q(GreaterThan(Length("name"), 0)) & Q(GreaterThan(Length("contact"), 0)),
                name="objection_named_has_contact",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["received", "accepted"]) | ~Q(answer=""), name="objection_closed_has_answer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.receipt}"
