"""Decisions: a numbered document that settles many entries in one transaction."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.core.actor import Actor
from programs.models.calls import Call
from programs.models.entries import Entry


class DecisionQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "DecisionQuerySet":
        if actor.role == "auditor":
            return self
        if actor.role in ("officer", "leader"):
            return self.filter(call__owner=actor.organization)
        return self.none()


# The check below compares accounts; this one compares people.
two_people = pgtrigger.Trigger(
    name="two_people",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    func="""
    IF NEW.signed_by_id IS NOT NULL AND (
      SELECT count(DISTINCT person) FROM accounts_user WHERE id IN (NEW.drafted_by_id, NEW.signed_by_id)
    ) < 2 THEN
      RAISE EXCEPTION 'drafted and signed by one person'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_two_people';
    END IF;
    RETURN NEW;
    """,
)


class Decision(models.Model):
    """Drafted by an officer, signed by a leader: two people, which the database holds too."""

    class State(models.TextChoices):
        DRAFT = "draft", _("待签发")
        SIGNED = "signed", _("已签发")

    call = models.ForeignKey(Call, models.PROTECT, related_name="decisions")
    number = models.CharField(_("文号"), max_length=60)
    title = models.CharField(_("标题"), max_length=150)
    text = models.TextField(_("正文"))
    #: The version of the edition that it was drafted under.
    call_version = models.ForeignKey("programs.CallVersion", models.PROTECT, null=True, related_name="+")
    decided_on = models.DateField(_("日期"), null=True)
    state = models.CharField(_("情形"), max_length=10, choices=State, default=State.DRAFT)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="decision_number_once"),
            models.CheckConstraint(
                condition=Q(signed_by__isnull=True) | ~Q(signed_by=F("drafted_by")), name="decision_two_people"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | (Q(signed_by__isnull=False) & Q(decided_on__isnull=False)),
                name="decision_signed",
            ),
        ]
        triggers = [two_people]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("programs:decision", args=[self.pk])


class DecisionLine(models.Model):
    """An entry that the decision settles, and the revision of it that was decided on."""

    decision = models.ForeignKey(Decision, models.CASCADE, related_name="lines")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="decision_lines")
    revision = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry"], name="decision_line_once")]

    def __str__(self) -> str:
        return f"{self.entry_id}"
