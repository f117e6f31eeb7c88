"""Subscriptions of other systems, and what was sent to them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal import policy
from portal.accounts.models import Post
from portal.core.actor import Actor
from portal.kit.fields import EncryptedTextField
from portal.registry.models import Organization


class HookQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "HookQuerySet":
        """Those of the acting organisation."""
        if actor.organization is None or policy.scope(actor.role, "hook", "read") is None:
            return self.none()
        return self.filter(organization=actor.organization)


class Hook(models.Model):
    """A subscription of an organisation: what happens is told to ``url``, as far as the post that made it may see."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+", verbose_name=_("以什么身份看"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    url = models.CharField(_("发到哪里"), max_length=300)
    events = models.JSONField(_("哪些事"), default=list)
    secret = EncryptedTextField()
    active = models.BooleanField(_("在用"), default=True)
    failures = models.PositiveIntegerField(_("连着没送到"), default=0)
    stopped_because = models.CharField(max_length=200, blank=True)
    #: Acts up to then have been looked through, but for those whose transaction was slow to commit.
    looked_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = HookQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.url


class HookCallQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "HookCallQuerySet":
        return self.filter(hook__in=Hook.objects.visible_to(actor))


class HookCall(models.Model):
    """One act told to one subscription. At least once; its number is the same in each try."""

    class State(models.TextChoices):
        QUEUED = "queued", _("等着送")
        SENT = "sent", _("送到了")
        FAILED = "failed", _("没送到")

    hook = models.ForeignKey(Hook, models.CASCADE, related_name="calls")
    record_id = models.BigIntegerField()
    event = models.CharField(_("什么事"), max_length=60)
    payload = models.JSONField()
    state = models.CharField(_("情形"), max_length=8, choices=State, default=State.QUEUED)
    tries = models.PositiveSmallIntegerField(_("试了几次"), default=0)
    due_at = models.DateTimeField(_("下次"))
    status = models.PositiveSmallIntegerField(_("对方答"), null=True)
    problem = models.CharField(_("为什么"), max_length=100, blank=True)
    created_at = models.DateTimeField(_("几时"), auto_now_add=True)
    sent_at = models.DateTimeField(null=True)

    objects = HookCallQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["hook", "record_id"], name="hook_call_once")]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="queued"), name="hook_call_queue")]

    def __str__(self) -> str:
        return f"{self.event} {self.pk}"
