"""Being invited to a post by the level above."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal import policy
from portal.core.actor import Actor
from portal.kit import days
from portal.kit.fields import EncryptedTextField
from portal.registry.models import Organization

#: Posts that a level above fills by itself; staff posts are granted by security administrators.
INVITED = ("chair", "clerk")


class InvitationQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "InvitationQuerySet":
        """Those for the unions of an officer's tree."""
        if actor.role != "officer" or actor.organization is None:
            return self.none()
        return self if actor.tree_ids is None else self.filter(organization__in=actor.tree_ids)

    def waiting(self) -> "InvitationQuerySet":
        """Neither used nor withdrawn nor expired."""
        return self.filter(used_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=days.now())


class Invitation(models.Model):
    """Role and union are fixed when it is written. Of the link only the digest is kept; it opens once."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("单位"))
    role = models.CharField(_("岗位"), max_length=12, choices=[(role, policy.ROLES[role]) for role in INVITED])
    name = models.CharField(_("姓名"), max_length=80)
    phone = EncryptedTextField(_("手机"), blank=True, default="")
    email = models.EmailField(_("邮箱"), blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("谁请的"))
    created_at = models.DateTimeField(_("哪天"), auto_now_add=True)
    expires_at = models.DateTimeField(_("有效到"))
    used_at = models.DateTimeField(null=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="invitations")
    withdrawn_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["organization", "-id"])]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=INVITED), name="invitation_below_staff"),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True, user__isnull=True)
                | Q(used_at__isnull=False, user__isnull=False, withdrawn_at__isnull=True),
                name="invitation_used_once",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=True) | ~Q(user=F("invited_by")), name="invitation_not_self"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.get_role_display()}"

    @property
    def state(self) -> str:
        """In words."""
        if self.used_at:
            return str(_("已接受"))
        if self.withdrawn_at:
            return str(_("已撤回"))
        return str(_("等接受") if self.expires_at > days.now() else _("过期没接受"))
