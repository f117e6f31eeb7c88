"""The tree of unions."""

import pgtrigger
from django.core.validators import MinValueValidator
from django.db import connection, models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _
from tree_queries.models import TreeNode
from tree_queries.query import TreeQuerySet

from portal.core.actor import Actor
from portal.core.context import anew, once


class Kind(models.TextChoices):
    CITY = "city", _("市教育工会")
    DISTRICT = "district", _("区教育工会")
    UNIVERSITY = "university", _("高校工会")
    VOCATIONAL = "vocational", _("中职联")
    AFFILIATED = "affiliated", _("直属单位工会")
    GRASSROOTS = "grassroots", _("基层工会")
    DEPARTMENT = "department", _("部门工会")
    GROUP = "group", _("工会小组")


class Sector(models.TextChoices):
    HIGHER = "higher", _("高校")
    BASIC = "basic", _("中小幼")
    VOCATIONAL = "vocational", _("中职")
    OTHER = "other", _("其他")


#: Which kinds may stand below which (the rule of the tree; the import and the forms read it from here).
BELOW: dict[str, tuple[str, ...]] = {
    "": (Kind.CITY,),
    Kind.CITY: (Kind.DISTRICT, Kind.UNIVERSITY, Kind.VOCATIONAL, Kind.AFFILIATED, Kind.DEPARTMENT),
    Kind.DISTRICT: (Kind.GRASSROOTS, Kind.DEPARTMENT),
    Kind.VOCATIONAL: (Kind.GRASSROOTS,),
    Kind.UNIVERSITY: (Kind.GRASSROOTS, Kind.DEPARTMENT, Kind.GROUP),
    Kind.AFFILIATED: (Kind.GRASSROOTS, Kind.DEPARTMENT, Kind.GROUP),
    Kind.GRASSROOTS: (Kind.DEPARTMENT, Kind.GROUP),
    Kind.DEPARTMENT: (Kind.GROUP,),
    Kind.GROUP: (),
}


#: BEFORE UPDATE of a union: its name, parent and end change only together with a line of its history, written first.
HISTORY = pgtrigger.Trigger(
    name="history",
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    func="""
    IF NEW.name IS DISTINCT FROM OLD.name AND NEW.name IS DISTINCT FROM (
        SELECT new_name FROM registry_organizationchange
        WHERE organization_id = NEW.id AND kind = 'rename' ORDER BY id DESC LIMIT 1
    ) THEN
        RAISE EXCEPTION 'union % got a new name without its history', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.parent_id IS DISTINCT FROM OLD.parent_id AND NEW.parent_id IS DISTINCT FROM (
        SELECT other_id FROM registry_organizationchange
        WHERE organization_id = NEW.id AND kind = 'move' ORDER BY id DESC LIMIT 1
    ) THEN
        RAISE EXCEPTION 'union % got a new parent without its history', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.active IS DISTINCT FROM OLD.active AND (NEW.active OR NOT EXISTS (
        SELECT 1 FROM registry_organizationchange WHERE organization_id = NEW.id AND kind IN ('merge', 'dissolve')
    )) THEN
        RAISE EXCEPTION 'union % ended or came back without its history', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
    """,
)

#: A closed union takes nobody in and gets nothing below it. KEY SHARE waits for a change of the union under way.
OPEN_PARENT = pgtrigger.Trigger(
    name="open_parent",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    func="""
    IF TG_OP = 'UPDATE' THEN
        IF NEW.parent_id IS NOT DISTINCT FROM OLD.parent_id THEN RETURN NEW; END IF;
    END IF;
    IF NEW.parent_id IS NOT NULL AND NEW.active THEN
        PERFORM 1 FROM registry_organization WHERE id = NEW.parent_id AND active FOR KEY SHARE;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'union % is closed', NEW.parent_id USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
    """,
)
#: From one union down, and up, along the index of the parents: what they read grows with the branch, not the tree.
#: A recursion is planned for many rows, and a plain join then reads all 3,300 unions to find the one above a school
#: (0.9 ms instead of 0.2): LATERAL with OFFSET 0 goes by the index whatever is expected.
_BELOW = """
WITH RECURSIVE below(id) AS (
    SELECT %s::bigint
    UNION ALL
    SELECT o.id FROM below, LATERAL (
        SELECT id FROM registry_organization WHERE parent_id = below.id OFFSET 0
    ) o
)
SELECT id FROM below
"""
_ABOVE = """
WITH RECURSIVE above AS (
    SELECT o.*, 0 AS height FROM registry_organization o WHERE o.id = %s
    UNION ALL
    SELECT o.*, above.height + 1 FROM registry_organization o JOIN above ON o.id = above.parent_id
)
SELECT * FROM above ORDER BY height DESC
"""


class OrganizationQuerySet(TreeQuerySet):
    def descendants(self, of: "Organization", *, include_self: bool = False) -> "OrganizationQuerySet":
        """The unions below ``of``."""
        rows = self.filter(pk__in=RawSQL(_BELOW, [of.pk]))  # nosec B611 # a constant, its value is bound
        return rows if include_self else rows.exclude(pk=of.pk)

    def visible_to(self, actor: Actor) -> "OrganizationQuerySet":
        if actor.role in ("auditor", "supervisor"):
            return self
        if actor.organization is None or actor.role not in ("chair", "clerk", "officer", "leader"):
            return self.none()
        return self if actor.tree_ids is None else self.filter(pk__in=actor.tree_ids)


class Organization(TreeNode):
    """One union: the city, a district, a university, a school, a department, a group."""

    code = models.CharField(_("编号"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=100)
    short_name = models.CharField(_("简称"), max_length=30, blank=True)
    kind = models.CharField(_("类别"), max_length=12, choices=Kind)
    sector = models.CharField(_("学段"), max_length=12, choices=Sector, default=Sector.OTHER)
    area = models.CharField(_("片区"), max_length=30, blank=True)
    uscc = models.CharField(_("统一社会信用代码"), max_length=18, blank=True)
    head_count = models.PositiveIntegerField(_("教职工人数"), default=0)
    women_count = models.PositiveIntegerField(_("女教职工人数"), default=0)
    phone = models.CharField(_("联系电话"), max_length=30, blank=True)
    term_from = models.DateField(_("本届起"), null=True, blank=True)
    term_until = models.DateField(_("本届止"), null=True, blank=True)
    active = models.BooleanField(_("在用"), default=True)
    pinyin = models.CharField(max_length=200, blank=True, db_index=True)
    initials = models.CharField(max_length=200, blank=True, db_index=True)
    version = models.PositiveIntegerField(default=1, validators=[MinValueValidator(1)])

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("组织")
        triggers = [HISTORY, OPEN_PARENT]
        # who lies below whom is asked of all of them at once
        indexes = [models.Index(fields=["parent", "id"], name="organization_below")]
        constraints = [
            models.UniqueConstraint(fields=["parent", "name"], name="organization_name_once"),
            models.UniqueConstraint(fields=["uscc"], condition=~Q(uscc=""), name="organization_uscc_once"),
            models.CheckConstraint(condition=Q(women_count__lte=F("head_count")), name="organization_women_le_heads"),
            models.CheckConstraint(
                condition=Q(term_until__isnull=True) | Q(term_from__isnull=True) | Q(term_until__gt=F("term_from")),
                name="organization_term_order",
            ),
            models.UniqueConstraint(fields=["kind"], condition=Q(kind="city"), name="organization_one_city"),
            models.CheckConstraint(condition=Q(kind="city") | Q(parent__isnull=False), name="organization_has_parent"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def short(self) -> str:
        return self.short_name or self.name

    @property
    def workplace(self) -> str:
        """The school or office whose union this is, for official papers; a district's or a federation's has none."""
        above = (Kind.CITY, Kind.DISTRICT, Kind.VOCATIONAL)
        return self.name if self.kind in above else self.name.removesuffix("工会")

    def subtree_ids(self) -> list[int]:
        """Ids of this organisation and everything below it: one recursive query."""
        with connection.cursor() as cursor:
            cursor.execute(_BELOW, [self.pk])
            return [pk for (pk,) in cursor.fetchall()]

    def route(self, *, now: bool = False) -> list["Organization"]:
        """From the root down to this one; asked once in a request. ``now`` asks again: after a wait for a lock."""
        ask = anew if now else once
        return ask(("route", self.pk), lambda: list(Organization.objects.raw(_ABOVE, [self.pk])))
