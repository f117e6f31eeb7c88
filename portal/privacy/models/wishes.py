"""What people ask about their own data: to have it corrected, to have it gone."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.core.actor import Actor
from portal.kit.fields import EncryptedTextField
from portal.registry.models import Member

HANDLERS = ("chair", "clerk", "officer")


class WishQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "WishQuerySet":
        """One's own, and those of the members of this post's unions."""
        if actor.role == "auditor":
            return self
        own = Q(member=actor.member_id) if actor.member_id else Q(pk=None)
        if actor.role not in HANDLERS or actor.organization is None:
            return self.filter(own)
        return self if actor.tree_ids is None else self.filter(own | Q(member__organization__in=actor.tree_ids))


class Wish(models.Model):
    """A person's request about their own data, and what came of it (P-PI6)."""

    class Kind(models.TextChoices):
        CORRECT = "correct", _("更正")
        DELETE = "delete", _("删除")

    class State(models.TextChoices):
        ASKED = "asked", _("等办理")
        DONE = "done", _("办好了")
        DECLINED = "declined", _("没有照办")

    member = models.ForeignKey(Member, models.PROTECT, related_name="wishes", verbose_name=_("谁"))
    kind = models.CharField(_("要什么"), max_length=10, choices=Kind)
    text = EncryptedTextField(_("哪里不对，应是什么"))
    state = models.CharField(_("情形"), max_length=10, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField(_("几时"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    answer = models.CharField(_("答复"), max_length=300, blank=True)
    blanked = models.BooleanField(default=False)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = WishQuerySet.as_manager()

    class Meta:
        verbose_name = _("本人要求")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="asked") | ~Q(answer="") & Q(answered_by__isnull=False), name="wish_answered"
            ),
            models.UniqueConstraint(fields=["member", "kind"], condition=Q(state="asked"), name="wish_one_open"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.member_id}"

    def get_absolute_url(self) -> str:
        return reverse("privacy:wish", args=[self.pk])
