"""What was handed on to a body outside the portal, and what became of it there (rule R13)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.core.actor import Actor
from portal.core.models import StoredFile
from programs.models.calls import Call, Category
from programs.models.entries import Entry


class PassingQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "PassingQuerySet":
        if actor.role == "auditor":
            return self
        if actor.role in ("officer", "leader"):
            return self.filter(call__owner=actor.organization_id)
        return self.none()


class Passing(models.Model):
    """One letter to an outside body (市总, 市妇联 …) with the entries of a prize that went with it.

    What we have decided ourselves goes on for another prize (``sought``) and keeps its own, whatever the answer.
    """

    call = models.ForeignKey(Call, models.PROTECT, related_name="passings")
    category = models.ForeignKey(Category, models.PROTECT, related_name="+")
    #: The prize it is asked to grant; None: the one they were recommended for.
    sought = models.ForeignKey(Category, models.PROTECT, null=True, related_name="+")
    body = models.CharField(_("上报到"), max_length=60)
    number = models.CharField(_("来文编号"), max_length=60)
    sent_on = models.DateField(_("上报日期"))
    scan = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    objects = PassingQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["call", "number"], name="passing_number_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.body}"

    def get_absolute_url(self) -> str:
        return reverse("programs:passing", args=[self.pk])


class PassingLine(models.Model):
    """One entry that went, the revision that went, and the outcome with its document."""

    class Outcome(models.TextChoices):
        WAITING = "", _("等回音")
        GRANTED = "granted", _("批准")
        DECLINED = "declined", _("没批")

    passing = models.ForeignKey(Passing, models.CASCADE, related_name="lines")
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="passing_line")
    revision = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    outcome = models.CharField(_("结果"), max_length=10, choices=Outcome, blank=True, default=Outcome.WAITING)
    outcome_on = models.DateField(_("批复日期"), null=True)
    outcome_number = models.CharField(_("批复文号"), max_length=60, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="")
                | (Q(outcome_on__isnull=False, recorded_by__isnull=False) & ~Q(outcome_number="")),
                name="passing_outcome_documented",
            )
        ]

    def __str__(self) -> str:
        return f"{self.entry_id}"
