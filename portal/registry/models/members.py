"""People and where they belonged when."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.core.actor import Actor
from portal.kit import idcard
from portal.kit.fields import BlindIndexField, EncryptedTextField
from portal.kit.finding import CharacterIndex
from portal.registry.models.organizations import Organization


def _open_union(operation: pgtrigger.Operation, rows: str, **tables: str) -> pgtrigger.Trigger:
    """A closed union takes nobody in. One look per statement: rosters come by the thousand."""
    return pgtrigger.Trigger(
        name=f"open_union_{operation}".lower(),
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**tables),
        func=f"""
        PERFORM 1 FROM registry_organization WHERE id IN ({rows}) ORDER BY id FOR KEY SHARE;
        IF EXISTS (SELECT 1 FROM registry_organization WHERE id IN ({rows}) AND NOT active) THEN
            RAISE EXCEPTION 'the union is closed' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
        """,  # nosec B608 # constants
    )


class MemberQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "MemberQuerySet":
        """Those in the actor's reach; who was merged into somebody else is found as that person."""
        whole = self.filter(merged_into__isnull=True)
        if actor.role == "auditor":
            return whole
        if actor.role == "teacher":
            return whole.filter(pk=actor.member_id) if actor.member_id else self.none()
        if actor.organization is None or actor.role not in ("chair", "clerk", "officer", "leader"):
            return self.none()
        return whole if actor.tree_ids is None else whole.filter(organization__in=actor.tree_ids)


class Member(models.Model):
    """One person. What identifies or endangers them is encrypted; search by document goes over the blind index."""

    class Sex(models.TextChoices):
        FEMALE = "f", _("女")
        MALE = "m", _("男")

    class Politics(models.TextChoices):
        PARTY = "party", _("中共党员")
        PROBATION = "probation", _("中共预备党员")
        LEAGUE = "league", _("共青团员")
        DEMOCRATIC = "democratic", _("民主党派")
        NONE = "none", _("群众")

    class Rank(models.TextChoices):
        NONE = "none", _("非领导职务")
        SECTION = "section", _("科级")
        DIVISION = "division", _("县处级")
        BUREAU = "bureau", _("厅局级及以上")

    class Personnel(models.TextChoices):
        STAFF = "staff", _("在编")
        CONTRACT = "contract", _("合同制")
        AGENCY = "agency", _("劳务派遣")
        RETIRED = "retired", _("退休")

    #: Its index is the one that begins with it, with the pinyin behind.
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="members", verbose_name=_("所在工会"), db_index=False
    )
    name = models.CharField(_("姓名"), max_length=80)
    pinyin = models.CharField(max_length=200, blank=True, db_index=True)
    initials = models.CharField(max_length=200, blank=True, db_index=True)
    document = models.CharField(
        _("证件类别"), max_length=20, choices=list(idcard.KINDS.items()), default=idcard.RESIDENT
    )
    document_number = EncryptedTextField(_("证件号码"))
    document_index = BlindIndexField(of="document_number", context="document", unique=True)
    sex = models.CharField(_("性别"), max_length=1, choices=Sex, blank=True)
    birth_date = models.DateField(_("出生日期"), null=True, blank=True)
    politics = models.CharField(_("政治面貌"), max_length=12, choices=Politics, blank=True)
    title = models.CharField(_("职称"), max_length=40, blank=True)
    position = models.CharField(_("职务"), max_length=60, blank=True)
    rank = models.CharField(_("干部级别"), max_length=10, choices=Rank, default=Rank.NONE)
    personnel = models.CharField(_("人员类别"), max_length=10, choices=Personnel, default=Personnel.STAFF)
    hired_on = models.DateField(_("入校日期"), null=True, blank=True)
    phone = EncryptedTextField(_("手机"), blank=True, default="")
    phone_index = BlindIndexField(of="phone", context="phone", blank=True, db_index=True)
    card_number = EncryptedTextField(_("工会卡或银行卡号"), blank=True, default="")
    active = models.BooleanField(_("在会"), default=True)
    #: The person this one turned out to be. The row stays, so that old links and numbers lead there.
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+", editable=False)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("会员")
        triggers = [
            _open_union(pgtrigger.Insert, "SELECT organization_id FROM added WHERE active", new="added"),
            _open_union(
                pgtrigger.Update,
                "SELECT n.organization_id FROM after n JOIN before o USING (id)"
                " WHERE n.active AND (n.organization_id <> o.organization_id OR NOT o.active)",
                old="before",
                new="after",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "pinyin"]),
            models.Index(fields=["pinyin", "id"]),
            CharacterIndex("name", name="member_name_parts"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | (Q(active=False) & ~Q(merged_into=models.F("pk"))),
                name="member_merged_is_gone",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A stretch of belonging: joined here, left there, and how."""

    class Joined(models.TextChoices):
        JOIN = "join", _("入会")
        TRANSFER = "transfer", _("转入")

    class Left(models.TextChoices):
        TRANSFER = "transfer", _("转出")
        RETIRE = "retire", _("退休")
        LEAVE = "leave", _("离会")

    member = models.ForeignKey(Member, models.PROTECT, related_name="memberships")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="memberships")
    joined_on = models.DateField(_("起"))
    joined_by = models.CharField(_("来由"), max_length=10, choices=Joined, default=Joined.JOIN)
    left_on = models.DateField(_("止"), null=True, blank=True)
    left_by = models.CharField(_("去向"), max_length=10, choices=Left, blank=True)

    class Meta:
        ordering = ["-joined_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["member"], condition=Q(left_on__isnull=True), name="membership_one_open"),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gte=models.F("joined_on")), name="membership_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id}@{self.organization_id}"
