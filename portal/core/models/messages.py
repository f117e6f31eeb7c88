"""What the portal tells a user."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.core.actor import Actor


class MessageQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "MessageQuerySet":
        return self.filter(user=actor.user) if actor.user else self.none()


class Message(models.Model):
    """In-app message and, where the user has an address, its e-mail. Written in the transaction of the act it
    tells of.
    """

    class Mail(models.TextChoices):
        NONE = "none", _("不发邮件")
        QUEUED = "queued", _("待发")
        SENT = "sent", _("已发")
        FAILED = "failed", _("没发出")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="inbox")
    subject = models.CharField(_("标题"), max_length=200)
    body = models.TextField(_("内容"), blank=True)
    url = models.CharField(_("去处"), max_length=200, blank=True)
    key = models.CharField(max_length=120)
    created_at = models.DateTimeField(_("时间"), auto_now_add=True, db_index=True)
    read_at = models.DateTimeField(_("已读"), null=True, blank=True)
    mail = models.CharField(_("邮件"), max_length=10, choices=Mail, default=Mail.NONE)
    mail_tries = models.PositiveSmallIntegerField(default=0)
    mail_after = models.DateTimeField(null=True, blank=True)
    mail_sent_at = models.DateTimeField(null=True, blank=True)
    mail_error = models.CharField(max_length=200, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="message_once")]
        indexes = [
            models.Index(fields=["user", "-id"]),
            models.Index(fields=["mail_after"], condition=Q(mail="queued"), name="message_mail_queue"),
        ]

    def __str__(self) -> str:
        return self.subject
