"""What the portal tells a user, and by which ways it reaches them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal import policy
from portal.core.actor import Actor
from portal.kit.fields import EncryptedTextField


class MessageQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "MessageQuerySet":
        return self.filter(user=actor.user) if actor.user else self.none()


class Message(models.Model):
    """In-app message, written in the transaction of the act it tells of. By which channels it also goes is settled
    afterwards, by ``portal.core.deliveries.route``.
    """

    class Kind(models.TextChoices):
        SAFETY = "safety", _("账号和安全")
        DUE = "due", _("要办的事和期限")
        NEWS = "news", _("进展和结果")
        DIGEST = "digest", _("每天早上的汇总")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="inbox")
    subject = models.CharField(_("标题"), max_length=200)
    body = models.TextField(_("内容"), blank=True)
    url = models.CharField(_("去处"), max_length=200, blank=True)
    key = models.CharField(max_length=120)
    kind = models.CharField(_("类别"), max_length=10, choices=Kind, default=Kind.NEWS, db_default=Kind.NEWS)
    created_at = models.DateTimeField(_("时间"), auto_now_add=True, db_index=True)
    read_at = models.DateTimeField(_("已读"), null=True, blank=True)
    routed = models.BooleanField(default=False, db_default=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="message_once")]
        indexes = [
            models.Index(fields=["user", "-id"]),
            models.Index(fields=["id"], condition=Q(routed=False), name="message_unrouted"),
            models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="message_unread"),
        ]

    def __str__(self) -> str:
        return self.subject


class Channel(models.TextChoices):
    """The ways out of the portal; ``portal.core.channels`` has an adapter for each."""

    EMAIL = "email", _("邮件")
    SMS = "sms", _("短信")
    WECOM = "wecom", _("企业微信")


class DeliveryQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "DeliveryQuerySet":
        return self if policy.scope(actor.role, "delivery", "read") else self.none()


class Delivery(models.Model):
    """One message on its way through one channel. At least once; the key of the channel's note is the same each try."""

    class State(models.TextChoices):
        QUEUED = "queued", _("等着发")
        SENT = "sent", _("发出了")
        FAILED = "failed", _("没发出")

    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries")
    channel = models.CharField(_("渠道"), max_length=10, choices=Channel)
    state = models.CharField(_("情形"), max_length=10, choices=State, default=State.QUEUED)
    tries = models.PositiveSmallIntegerField(_("试了几次"), default=0)
    due_at = models.DateTimeField(_("下次"))
    sent_at = models.DateTimeField(_("发出"), null=True)
    problem = models.CharField(_("为什么"), max_length=200, blank=True)
    #: An address that was the user's before, until it was sent there; empty is the address of today.
    to = EncryptedTextField(blank=True, default="", db_default="")

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "channel"], name="delivery_once")]
        indexes = [
            models.Index(fields=["channel", "due_at"], condition=Q(state="queued"), name="delivery_queue"),
            models.Index(fields=["-id"], condition=Q(state="failed"), name="delivery_failed"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.pk}"


class ChannelState(models.Model):
    """How fast a channel may go and whether it rests: one row each, shared by all workers."""

    name = models.CharField(max_length=10, choices=Channel, primary_key=True)
    slot_at = models.DateTimeField()
    paused_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.get_name_display()


class Reachability(models.Model):
    """What a user chose: channels per kind of message, hours without ringing, their WeCom account. No row: the house's
    habits.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="reachability")
    channels = models.JSONField(default=dict)
    quiet_from = models.TimeField(_("从"), null=True, blank=True)
    quiet_until = models.TimeField(_("到"), null=True, blank=True)
    wecom = models.CharField(_("企业微信账号"), max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.user_id}"
