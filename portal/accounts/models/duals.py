"""Acts that take two security officers, and whom somebody declared as family."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.models.people import Post, User
from portal.accounts.models.separation import two_people
from portal.core.actor import Actor
from portal.kit import text
from portal.kit.fields import BlindIndexField, EncryptedTextField
from portal.registry.models import Organization


class DualActQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "DualActQuerySet":
        return self if actor.role in ("security", "auditor", "log") else self.none()


class DualAct(models.Model):
    """Asked by one security officer, done by another: a staff post (S6), or a staff second factor taken off (S7)."""

    class Kind(models.TextChoices):
        GRANT = "grant", _("授予岗位")
        FACTOR = "factor", _("重设两步验证")

    class State(models.TextChoices):
        WAITING = "waiting", _("等第二人")
        DONE = "done", _("已办")
        REFUSED = "refused", _("不同意")
        WITHDRAWN = "withdrawn", _("收回")

    kind = models.CharField(_("事项"), max_length=8, choices=Kind)
    state = models.CharField(_("情形"), max_length=10, choices=State, default=State.WAITING)
    user = models.ForeignKey(User, models.PROTECT, related_name="dual_acts", verbose_name=_("给谁"))
    role = models.CharField(_("岗位"), max_length=12, choices=Post.Role.choices, blank=True)
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+", verbose_name=_("单位"))
    since = models.DateField(_("起"), null=True)
    until = models.DateField(_("止"), null=True)
    note = models.CharField(_("依据"), max_length=200)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("提出人"))
    asked_at = models.DateTimeField(_("提出"))
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("第二人"))
    answered_at = models.DateTimeField(_("办结"), null=True)
    answer = models.CharField(_("意见"), max_length=200, blank=True)

    objects = DualActQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "user", "role", "organization"], condition=Q(state="waiting"),
                name="dual_act_waits_once", nulls_distinct=False,
            ),
            models.CheckConstraint(condition=~Q(user=F("asked_by")), name="dual_act_not_for_oneself"),
            models.CheckConstraint(
                condition=Q(state="waiting", answered_by__isnull=True)
                | ~Q(state="waiting") & Q(answered_by__isnull=False),
                name="dual_act_answered",
            ),
        ]  # fmt: skip
        triggers = [two_people]

    def __str__(self) -> str:
        if self.kind == self.Kind.FACTOR:
            return str(self.get_kind_display())
        return f"{self.organization.short} · {self.get_role_display()}"


class Kin(models.Model):
    """A relative whom somebody declared: neither decides on the other's matter (S1)."""

    class Relation(models.TextChoices):
        SPOUSE = "spouse", _("配偶")
        PARENT = "parent", _("父母")
        CHILD = "child", _("子女")
        SIBLING = "sibling", _("兄弟姐妹")
        HOUSEHOLD = "household", _("同住的其他亲属")

    user = models.ForeignKey(User, models.PROTECT, related_name="kin")
    relation = models.CharField(_("关系"), max_length=10, choices=Relation)
    name = EncryptedTextField(_("姓名"))
    document_number = EncryptedTextField(_("证件号码"))
    document_index = BlindIndexField(of="document_number", context="document")
    declared_at = models.DateTimeField(_("申报"))
    #: Taken back: from then on it holds only for what had begun before.
    ended_at = models.DateTimeField(_("撤回"), null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "document_index"], condition=Q(ended_at__isnull=True), name="kin_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_relation_display()} #{self.pk}"

    @property
    def masked(self) -> str:
        """The number as its declarer recognises it."""
        return text.mask_id(self.document_number)
