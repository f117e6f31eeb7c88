"""An edition through time: what was published, and each amendment of it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.core.actor import Actor
from portal.core.models import append_only, appended
from programs.models.calls import Call


@appended
class CallVersion(models.Model):
    """An edition as it stood: window, text, figures, form and places. Version 1 was published, each amendment adds one.

    Revisions and decisions name the version they were made under.
    """

    call = models.ForeignKey(Call, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["call", "number"], name="call_version_once")]
        triggers = [append_only]

    def __str__(self) -> str:
        return _("第 %(n)d 版") % {"n": self.number}


class AmendmentQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "AmendmentQuerySet":
        """In force: everybody who sees the call. A draft: the owner's officers and leaders, and the auditor."""
        calls = Call.objects.visible_to(actor)
        shown = Q(call__in=calls, state=Amendment.State.CONFIRMED)
        if actor.role == "auditor":
            shown |= Q(call__in=calls)
        elif actor.role in ("officer", "leader"):
            shown |= Q(call__owner=actor.organization_id)
        return self.filter(shown)


class Amendment(models.Model):
    """A change of a published edition: drafted by one person, confirmed by another (separation rule S9).

    ``change`` holds only what differs from version ``base``, in the shape of ``CallVersion.content``.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("等确认")
        CONFIRMED = "confirmed", _("已生效")
        DROPPED = "dropped", _("作废")

    call = models.ForeignKey(Call, models.PROTECT, related_name="amendments")
    base = models.PositiveSmallIntegerField()
    state = models.CharField(_("情形"), max_length=10, choices=State, default=State.DRAFT)
    reason = models.TextField(_("为什么改"))
    change = models.JSONField()
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    #: Persons, not accounts: two accounts of one person are one pair of eyes.
    drafted_person = models.CharField(max_length=24)
    drafted_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    confirmed_person = models.CharField(max_length=24, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    makes = models.OneToOneField(CallVersion, models.PROTECT, null=True, related_name="amendment")

    objects = AmendmentQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["call"], condition=Q(state="draft"), name="amendment_one_draft"),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("drafted_by")), name="amendment_two_users"
            ),
            models.CheckConstraint(condition=~Q(confirmed_person=F("drafted_person")), name="amendment_two_persons"),
            models.CheckConstraint(
                condition=~Q(state="confirmed")
                | (Q(confirmed_by__isnull=False, makes__isnull=False) & ~Q(confirmed_person="")),
                name="amendment_confirmed",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="amendment_reason"),
        ]

    def __str__(self) -> str:
        return _("修改 %(title)s") % {"title": self.call.title}

    def get_absolute_url(self) -> str:
        return reverse("programs:amendment", args=[self.pk])
