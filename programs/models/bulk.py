"""One move over many entries: what was meant is frozen as rows, and each row keeps what became of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.core.actor import Actor
from portal.core.models import Job
from portal.registry.models import Organization
from programs.models.entries import Entry


class BulkMoveQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "BulkMoveQuerySet":
        """Only one's own, in the post in which it was begun: the rows say what that post sees."""
        if actor.user is None or actor.organization is None:
            return self.none()
        return self.filter(made_by=actor.user, organization=actor.organization)


class BulkMove(models.Model):
    """A run: chosen → weighed (a dry run) → made, entry by entry. ``undoes`` is the run that this one takes back."""

    class State(models.TextChoices):
        CHOSEN = "chosen", _("选好了")
        WEIGHING = "weighing", _("在试算")
        WEIGHED = "weighed", _("试算好了")
        MAKING = "making", _("在办")
        MADE = "made", _("办完了")

    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    state = models.CharField(_("情形"), max_length=10, choices=State, default=State.CHOSEN)
    move = models.CharField(max_length=20, blank=True)
    title = models.CharField(_("办什么"), max_length=60, blank=True)
    note = models.TextField(_("理由"), blank=True)
    #: The list's query string, sealed, where all that it found was meant: what was looked for may be a name.
    query = models.TextField(blank=True)
    listing = models.CharField(max_length=20, blank=True)
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by")
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    made_at = models.DateTimeField(null=True)

    objects = BulkMoveQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state="chosen") | ~Q(title=""), name="bulk_move_named"),
            models.CheckConstraint(condition=~Q(state="made") | Q(made_at__isnull=False), name="bulk_move_made_at"),
        ]

    def __str__(self) -> str:
        return self.title or str(self.State(self.state).label)

    def get_absolute_url(self) -> str:
        return reverse("programs:bulk", args=[self.pk])


class BulkRow(models.Model):
    """One entry of a run: the version that was meant, whether it will go, and what became of it."""

    class Outcome(models.TextChoices):
        ASKED = "asked", _("还没算")
        WILL = "will", _("能办")
        WONT = "wont", _("不能办")
        MOVED = "moved", _("办了")
        REFUSED = "refused", _("没办成")

    run = models.ForeignKey(BulkMove, models.CASCADE, related_name="rows")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")
    move = models.CharField(max_length=20, blank=True)
    version = models.PositiveIntegerField()
    was = models.CharField(max_length=12, blank=True)
    outcome = models.CharField(_("结果"), max_length=10, choices=Outcome, default=Outcome.ASKED)
    why = models.CharField(_("原因"), max_length=80, blank=True)
    reason = models.TextField(_("为什么"), blank=True)
    #: The entry's version once it was moved: whoever touched it since can be told apart.
    after = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["run", "entry"], name="bulk_row_once"),
            models.CheckConstraint(condition=~Q(outcome="moved") | Q(after__isnull=False), name="bulk_row_after"),
            models.CheckConstraint(
                condition=~Q(outcome__in=["wont", "refused"]) | ~Q(reason=""), name="bulk_row_reason"
            ),
        ]
        indexes = [models.Index(fields=["run", "outcome"])]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.entry_id}"
