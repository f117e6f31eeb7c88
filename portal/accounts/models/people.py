"""User and Post."""

import pgtrigger
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal import policy
from portal.core.actor import Actor
from portal.kit.fields import EncryptedTextField
from portal.registry.models import Member, Organization


class User(AbstractUser):
    """An account. It acts through a Post; what it may do is never read from groups or flags."""

    first_name = None
    last_name = None
    name = models.CharField(_("姓名"), max_length=80)
    phone = EncryptedTextField(_("手机"), blank=True, default="")
    phone_index = models.CharField(max_length=64, null=True, blank=True, unique=True)
    phone_verified = models.BooleanField(default=False)
    member = models.OneToOneField(Member, models.PROTECT, null=True, blank=True, related_name="user")

    objects = UserManager()
    REQUIRED_FIELDS = ["name"]

    class Meta(AbstractUser.Meta):
        constraints = [models.UniqueConstraint(fields=["email"], condition=~Q(email=""), name="user_email_once")]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


#: Separation rules S5 and S6: who checks, or minds the machine, the keys or the trail, holds no other role meanwhile.
ALONE = ("auditor", "system", "security", "log")


class PostQuerySet(models.QuerySet):
    def current(self) -> "PostQuerySet":
        """Posts in force today."""
        today = timezone.localdate()
        return self.filter(Q(since__lte=today), Q(until__isnull=True) | Q(until__gte=today))

    def visible_to(self, actor: Actor) -> "PostQuerySet":
        if actor.role in ("security", "auditor", "log"):
            return self
        if actor.role == "officer":
            return self if actor.tree_ids is None else self.filter(organization__in=actor.tree_ids)
        return self.none()


class Post(models.Model):
    """A user holds a role at an organisation for a time."""

    Role = models.TextChoices(
        "Role",
        [(role.upper(), (role, label)) for role, label in policy.ROLES.items() if role not in ("anonymous", "teacher")],
    )

    user = models.ForeignKey(User, models.PROTECT, related_name="posts", verbose_name=_("谁"))
    role = models.CharField(_("岗位"), max_length=12, choices=Role.choices)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="posts", verbose_name=_("单位"))
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)
    granted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("授予人")
    )

    objects = PostQuerySet.as_manager()

    class Meta:
        ordering = ["organization_id", "role", "id"]
        triggers = [
            # The lock is per person: two grants at once cannot both look before the other has written.
            pgtrigger.Trigger(
                name="alone",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=f"""
                PERFORM pg_advisory_xact_lock(714200, NEW.user_id::int);
                IF EXISTS (
                  SELECT 1 FROM accounts_post p
                  WHERE p.user_id = NEW.user_id AND p.id IS DISTINCT FROM NEW.id AND p.role <> NEW.role
                    AND (p.role IN {ALONE} OR NEW.role IN {ALONE})
                    AND daterange(p.since, p.until, '[]') && daterange(NEW.since, NEW.until, '[]')
                ) THEN
                  RAISE EXCEPTION 'user % holds another role meanwhile', NEW.user_id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'post_alone';
                END IF;
                RETURN NEW;
                """,  # nosec B608 # roles are constants
            ),
            # KEY SHARE waits for a merger or an end of the union that is under way.
            pgtrigger.Trigger(
                name="open_union",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                PERFORM 1 FROM registry_organization WHERE id = NEW.organization_id AND active FOR KEY SHARE;
                IF NOT FOUND THEN
                  RAISE EXCEPTION 'union % is closed', NEW.organization_id USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
                """,
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "organization"], condition=Q(until__isnull=True), name="post_once"
            ),
            models.CheckConstraint(
                condition=Q(granted_by__isnull=True) | ~Q(granted_by=models.F("user")), name="post_not_to_oneself"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=models.F("since")), name="post_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization.short} · {self.get_role_display()}"
