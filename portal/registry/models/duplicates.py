"""People who may be one, and people who were made one."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.core.actor import Actor
from portal.kit.fields import EncryptedTextField
from portal.registry.models.members import Member


class DuplicateQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "DuplicateQuerySet":
        """Pairs of which both are in the officer's tree; across districts they are the city's."""
        if actor.role != "officer" or actor.organization is None:
            return self.none()
        if actor.tree_ids is None:
            return self
        return self.filter(first__organization__in=actor.tree_ids, second__organization__in=actor.tree_ids)


class Duplicate(models.Model):
    """Two people found alike by a rule. Once somebody said that they are two, they stay two."""

    class Verdict(models.TextChoices):
        OPEN = "open", _("没定")
        MERGED = "merged", _("并成一人")
        DIFFERENT = "different", _("是两个人")

    first = models.ForeignKey(Member, models.PROTECT, related_name="alike_first")
    second = models.ForeignKey(Member, models.PROTECT, related_name="alike_second")
    #: Keys of ``queries.duplicates.RULES``, and "hand" for a pair that somebody named.
    rules = models.JSONField(default=list)
    verdict = models.CharField(_("定了没有"), max_length=10, choices=Verdict, default=Verdict.OPEN)
    reason = models.CharField(_("理由"), max_length=200, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(_("查到"))

    objects = DuplicateQuerySet.as_manager()

    class Meta:
        ordering = ["-seen_at", "-id"]
        indexes = [models.Index(fields=["verdict", "-id"])]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="duplicate_smaller_first"),
            models.CheckConstraint(
                condition=Q(verdict="open") | (Q(decided_at__isnull=False) & ~Q(reason="")),
                name="duplicate_decided_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id}={self.second_id}"


class MemberMerge(models.Model):
    """One person was made of two. Holds what is needed to take it back."""

    survivor = models.ForeignKey(Member, models.PROTECT, related_name="merges", verbose_name=_("留下的"))
    absorbed = models.ForeignKey(Member, models.PROTECT, related_name="absorptions", verbose_name=_("并掉的"))
    reason = models.CharField(_("理由"), max_length=200)
    #: Link → what its handler needs to take it back, mostly the ids that were moved.
    moved = models.JSONField(default=dict)
    #: JSON of the values that the survivor had before, and those it was given: {field: [old, new]}.
    values = EncryptedTextField(blank=True, default="")
    was_active = models.BooleanField(default=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["absorbed"], condition=Q(undone_at__isnull=True), name="merge_once"),
            models.CheckConstraint(condition=~Q(survivor=F("absorbed")), name="merge_two_people"),
            models.CheckConstraint(condition=~Q(reason=""), name="merge_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.absorbed_id}→{self.survivor_id}"
