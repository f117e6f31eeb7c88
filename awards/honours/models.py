"""The register of honours and their certificates."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.core.actor import Actor
from portal.core.models import Job, StoredFile
from portal.registry.models import Member, Organization
from programs.models import Call, Decision, Entry
from programs.models.notices import public_code


class HonourQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "HonourQuerySet":
        if actor.role == "auditor":
            return self
        if actor.role == "teacher":
            return self.filter(member=actor.member_id) if actor.member_id else self.none()
        if actor.organization is None or actor.role not in ("chair", "clerk", "officer", "leader"):
            return self.none()
        return self if actor.tree_ids is None else self.filter(organization__in=actor.tree_ids)

    def standing(self) -> "HonourQuerySet":
        """Honours that were not revoked."""
        return self.filter(revoked_at__isnull=True)


class Honour(models.Model):
    """An honour that was awarded, by this portal or before it (legacy). Never deleted: a revoked one keeps its
    history.
    """

    class Level(models.TextChoices):
        NATIONAL = "national", _("国家级")
        CITY = "city", _("市级")
        SYSTEM = "system", _("教育系统")
        DISTRICT = "district", _("区级")
        UNIT = "unit", _("校级")

    #: Height for "the same level or higher".
    HEIGHT = {"unit": 1, "district": 2, "system": 3, "city": 4, "national": 5}

    title = models.CharField(_("荣誉"), max_length=80)
    family = models.CharField(_("系列"), max_length=40, db_index=True)
    level = models.CharField(_("级别"), max_length=10, choices=Level)
    year = models.PositiveSmallIntegerField(_("年度"))
    awarded_on = models.DateField(_("授予日期"))
    member = models.ForeignKey(Member, models.PROTECT, null=True, related_name="honours")
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="honours")
    name = models.CharField(_("获得者"), max_length=120)
    pinyin = models.CharField(max_length=200, blank=True)
    collective = models.BooleanField(_("集体"), default=False)
    unit = models.CharField(_("当时单位"), max_length=120)
    document = models.CharField(_("决定文号"), max_length=80, blank=True)
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="honours")
    entry = models.OneToOneField(Entry, models.PROTECT, null=True, related_name="honour")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    revoked_document = models.CharField(_("撤销文号"), max_length=80, blank=True)
    revoked_reason = models.TextField(_("撤销原因"), blank=True)
    #: Whether it has its certificate, set by a trigger: every page of an officer counts what still waits for one.
    certified = models.BooleanField(default=False, db_default=False, editable=False)

    objects = HonourQuerySet.as_manager()

    class Meta:
        ordering = ["-awarded_on", "id"]
        indexes = [
            models.Index(fields=["family", "member"]),
            models.Index(fields=["organization", "-awarded_on"]),
            models.Index(fields=["entry"], condition=Q(certified=False, revoked_at=None), name="honour_to_certify"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | (~Q(revoked_document="") & ~Q(revoked_reason="")),
                name="honour_revoked_why",
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.year} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("honours:honour", args=[self.pk])

    @property
    def revoked(self) -> bool:
        return self.revoked_at is not None


class CertificateBatch(models.Model):
    """Certificates made together: one PDF for the printer."""

    call = models.ForeignKey(Call, models.PROTECT, related_name="certificate_batches")
    count = models.PositiveIntegerField(default=0)
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+")
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.call} {self.count}"


class Certificate(models.Model):
    """A numbered certificate. ``code`` is what the QR code opens; it cannot be guessed from another one."""

    honour = models.OneToOneField(Honour, models.PROTECT, related_name="certificate")
    batch = models.ForeignKey(CertificateBatch, models.PROTECT, related_name="certificates")
    number = models.CharField(_("证书编号"), max_length=40, unique=True)
    code = models.CharField(max_length=12, unique=True, default=public_code)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["number"]
        triggers = [
            pgtrigger.Trigger(
                name="certifies",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="UPDATE honours_honour SET certified = true WHERE id = NEW.honour_id; RETURN NULL;",
            )
        ]

    def __str__(self) -> str:
        return self.number
