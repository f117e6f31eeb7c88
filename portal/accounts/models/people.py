"""User and Post."""

import datetime

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q, Value
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from portal import policy
from portal.accounts.models.separation import alone, contact_changed, open_union, same_person, two_officers
from portal.core.actor import Actor
from portal.kit import days
from portal.kit.fields import EncryptedTextField
from portal.registry.models import Member, Organization

#: How long a new address waits before it can reset a password.
CONTACT_SETTLES = datetime.timedelta(hours=24)


class User(AbstractUser):
    """An account. It acts through a Post; what it may do is never read from groups or flags."""

    first_name = None
    last_name = None
    name = models.CharField(_("姓名"), max_length=80)
    phone = EncryptedTextField(_("手机"), blank=True, default="")
    phone_index = models.CharField(max_length=64, null=True, blank=True, unique=True)
    phone_verified = models.BooleanField(default=False)
    member = models.OneToOneField(Member, models.PROTECT, null=True, blank=True, related_name="user")
    #: For an account whose holder is on no roster: separation rules count people (S2, S6).
    document_number = EncryptedTextField(_("证件号码"), blank=True, db_default="", default="", editable=False)
    #: Its keyed hash, the member's where there is one. Never cleared.
    document_index = models.CharField(max_length=64, blank=True, db_default="", editable=False, db_index=True)
    #: The same number for all accounts of one person: the id of the first of them. Set by the trigger ``person``.
    person = models.BigIntegerField(db_default=0, editable=False, db_index=True)
    #: An address or a telephone newer than a day resets no password (P-AUTH6).
    contact_changed_at = models.DateTimeField(null=True, editable=False)
    #: Whatever opens the account and is older than this is void: sessions are gone, tokens are not asked for again.
    shut_at = models.DateTimeField(null=True, editable=False)
    #: Until then no exports: the second factor was just reset (S7).
    restrained_until = models.DateTimeField(null=True, editable=False)

    #: The posts in force that were read together with the account, for the request that began with it.
    posts_read: "list[Post] | None" = None

    objects = UserManager()
    REQUIRED_FIELDS = ["name"]

    class Meta(AbstractUser.Meta):
        constraints = [models.UniqueConstraint(fields=["email"], condition=~Q(email=""), name="user_email_once")]
        triggers = [same_person, contact_changed]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @cached_property
    def _ties(self) -> list[tuple[int | None, str, datetime.datetime | None]]:
        """(member, document index, end), one query: the members that this person's accounts belong to, one at most if
        the rosters are right, and the documents of everybody declared as family by this person, or who declared them.
        """
        kin, nobody = self._meta.apps.get_model("accounts", "Kin").objects, Value(None, models.BigIntegerField())
        never = Value(None, models.DateTimeField())
        own = User.objects.filter(person=self.person, member__isnull=False).values_list("member_id", Value(""), never)
        parts = [kin.filter(user__person=self.person).values_list(nobody, "document_index", "ended_at")]
        if self.document_index:
            whose = kin.filter(document_index=self.document_index).exclude(user__document_index="")
            parts.append(whose.values_list(nobody, "user__document_index", "ended_at"))
        return list(own.order_by().union(*(one.order_by() for one in parts), all=True))

    def is_or_is_kin_of(self, member: Member, at: datetime.datetime) -> bool:
        """Whether the matter of this member, begun at ``at``, is one's own or a declared relative's (S1)."""
        if self.document_index and self.document_index == member.document_index:
            return True
        return any(
            own == member.pk or (own is None and i == member.document_index and (ended is None or ended > at))
            for own, i, ended in self._ties
        )

    @property
    def may_reset(self) -> bool:
        """Whether the address has been theirs for a day: a new one resets no password yet (P-AUTH6)."""
        return self.contact_changed_at is None or self.contact_changed_at <= days.now() - CONTACT_SETTLES

    @property
    def recovery_left(self) -> int:
        """How many recovery codes still open."""
        return self.recovery_codes.filter(spent_at=None).count()

    @property
    def restrained(self) -> bool:
        """Whether nothing may leave through this account for now."""
        return self.restrained_until is not None and self.restrained_until > days.now()


class PostQuerySet(models.QuerySet):
    def current(self, day: datetime.date | Value | None = None) -> "PostQuerySet":
        """Posts in force on a day, today without one."""
        day = day or days.today()
        return self.filter(Q(since__lte=day), Q(until__isnull=True) | Q(until__gte=day))

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
    confirmed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("确认人")
    )
    #: Granted by one security officer alone, for a day at most (S8).
    emergency = models.BooleanField(_("紧急"), db_default=False, default=False)

    objects = PostQuerySet.as_manager()

    class Meta:
        ordering = ["organization_id", "role", "id"]
        triggers = [alone, two_officers, open_union]
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
