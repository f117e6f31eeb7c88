"""Tokens, the answers kept for a repeated request, and the counters of the pace."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Post
from portal.core.actor import Actor
from portal.kit import days


class TokenQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "TokenQuerySet":
        """One's own, in whatever post they act."""
        return self.filter(user=actor.user) if actor.user else self.none()

    def in_force(self) -> "TokenQuerySet":
        """Neither ended nor expired nor older than what shut the account's doors (a reset password, for one)."""
        standing = Q(user__shut_at=None) | Q(created_at__gt=models.F("user__shut_at"))
        return self.filter(standing, revoked_at__isnull=True, expires_at__gt=days.now(), user__is_active=True)


class Token(models.Model):
    """A key for a program of ours or of a unit. It acts as its user in one post and ends with the post, the account
    or the day of its expiry. Only its digest is kept.
    """

    class Reach(models.TextChoices):
        READ = "read", _("只读")
        WRITE = "write", _("读和办")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="tokens")
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+", verbose_name=_("以什么身份"))
    name = models.CharField(_("用途"), max_length=60)
    reach = models.CharField(_("能做什么"), max_length=5, choices=Reach, default=Reach.READ)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(_("开头"), max_length=12)
    created_at = models.DateTimeField(_("生成"), auto_now_add=True)
    expires_at = models.DateTimeField(_("到期"))
    used_at = models.DateTimeField(_("上次用"), null=True)
    revoked_at = models.DateTimeField(_("作废"), null=True)

    objects = TokenQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("created_at")), name="token_expires_after_it_was_made"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def writes(self) -> bool:
        return self.reach == self.Reach.WRITE


class KeptAnswer(models.Model):
    """What was answered to a request with an ``Idempotency-Key``, written in the transaction of the act (rule 13)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)
    request = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    media = models.CharField(max_length=60, blank=True)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="answer_once")]

    def __str__(self) -> str:
        return self.key


class PaceCount(models.Model):
    """How often an account asked in one minute. In the database, so that the limit holds without Redis."""

    who = models.CharField(max_length=60)
    minute = models.BigIntegerField()
    count = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["who", "minute"], name="pace_once")]
        indexes = [models.Index(fields=["minute"])]

    def __str__(self) -> str:
        return f"{self.who} {self.minute}"
