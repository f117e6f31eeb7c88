"""Requests to take a list with personal data along."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.core.actor import Actor
from portal.core.models import Job, StoredFile
from portal.kit import days
from portal.kit.fields import EncryptedTextField
from portal.registry.models import Organization

#: Posts that may say yes or no for what is asked at their organisation or below it.
DECIDERS = ("chair", "officer", "leader")


class ExportRequestQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "ExportRequestQuerySet":
        """One's own, made in this post's organisation; those one's post may decide; all for auditors."""
        if actor.role == "auditor":
            return self
        if actor.organization is None:
            return self.none()
        seen = Q(requested_by=actor.user, organization=actor.organization)
        if actor.role in DECIDERS and actor.tree_ids is None:
            return self
        return self.filter(seen | Q(organization__in=actor.tree_ids) if actor.role in DECIDERS else seen)

    def waiting_for(self, actor: Actor) -> "ExportRequestQuerySet":
        """What the acting post may decide now: asked by another person, here or below."""
        if actor.role not in DECIDERS or actor.organization is None:
            return self.none()
        asked = self.filter(state=ExportRequest.State.ASKED).exclude(requested_person=actor.person)
        return asked if actor.tree_ids is None else asked.filter(organization__in=actor.tree_ids)


class ExportRequest(models.Model):
    """A list with personal columns: asked for with a purpose, approved by a second person, made once, taken once
    (P-PI5, P-EXP2).
    """

    class State(models.TextChoices):
        ASKED = "asked", _("等批准")
        APPROVED = "approved", _("正在做")
        READY = "ready", _("可以取")
        FETCHED = "fetched", _("取走了")
        REFUSED = "refused", _("没批")
        EXPIRED = "expired", _("过期")
        FAILED = "failed", _("没做成")

    OPEN = ("asked", "approved", "ready")

    listing = models.CharField(max_length=60)
    resource = models.CharField(max_length=40)
    title = models.CharField(_("名单"), max_length=100)
    columns = models.JSONField(_("列"))
    count = models.PositiveIntegerField(_("人数或行数"))
    query = EncryptedTextField(blank=True)
    purpose = models.CharField(_("用来做什么"), max_length=200)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("单位"))
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("谁要"))
    requested_post = models.BigIntegerField()
    requested_person = models.CharField(max_length=24)
    requested_at = models.DateTimeField(_("几时"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("谁批")
    )
    decided_person = models.CharField(max_length=24, blank=True)
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(_("意见"), max_length=200, blank=True)
    state = models.CharField(_("情形"), max_length=10, choices=State, default=State.ASKED)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    file = models.ForeignKey(StoredFile, models.SET_NULL, null=True, related_name="+")
    rows = models.PositiveIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField(null=True)

    objects = ExportRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("导出申请")
        ordering = ["-id"]
        indexes = [models.Index(fields=["organization", "state"]), models.Index(fields=["requested_by", "-id"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | (~Q(decided_by=F("requested_by")) & ~Q(decided_person=F("requested_person"))),
                name="export_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "expired"])
                | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decided_person=""),
                name="export_decided",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["ready", "fetched"]) | Q(expires_at__isnull=False) & ~Q(sha256=""),
                name="export_made",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("privacy:export", args=[self.pk])

    @property
    def number(self) -> str:
        """The number that stands on every page of the sheet."""
        return f"导{days.local(self.requested_at):%Y%m%d}-{self.pk}"
