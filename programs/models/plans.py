"""The yearly work plan: chapters, items and tasks as they were read from the document."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.core.actor import Actor
from portal.registry.models import Organization
from programs.planreader.words import KIND_NAMES


class PlanQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "PlanQuerySet":
        """A plan is printed and sent to every unit: whoever holds a post may read it."""
        return self if actor.post else self.none()

    def writable_by(self, actor: Actor) -> "PlanQuerySet":
        """Departments, links and marks are kept by the organisation whose plan it is."""
        if actor.post is None:
            return self.none()
        return self.filter(owner_id=actor.organization_id, status=Plan.Status.CURRENT)

    def current(self) -> "PlanQuerySet":
        return self.filter(status=Plan.Status.CURRENT)


class Plan(models.Model):
    """One work plan. A corrected document replaces the year's plan; the old one stays as it was."""

    class Status(models.TextChoices):
        CURRENT = "current", _("现行")
        REPLACED = "replaced", _("已换成新稿")

    owner = models.ForeignKey(Organization, models.PROTECT, related_name="plans", verbose_name=_("制定单位"))
    year = models.PositiveSmallIntegerField(_("年份"))
    title = models.CharField(_("标题"), max_length=120)
    number = models.CharField(_("文号"), max_length=40, blank=True)
    issued_on = models.DateField(_("印发日期"), null=True, blank=True)
    issuer = models.CharField(_("发文机关"), max_length=80, blank=True)
    recipients = models.CharField(_("主送"), max_length=400, blank=True)
    preamble = models.TextField(_("前言"), blank=True)
    source = models.TextField(_("原文"))
    file_name = models.CharField(_("文件名"), max_length=200, blank=True)
    file_hash = models.CharField(max_length=64, db_index=True)
    #: What the reader remarked: [[line, text, reason], …]
    notes = models.JSONField(default=list)
    status = models.CharField(_("情形"), max_length=10, choices=Status, default=Status.CURRENT)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "year"], condition=Q(status="current"), name="one_current_plan_a_year"
            )
        ]

    def __str__(self) -> str:
        return self.title


class PlanItemQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "PlanItemQuerySet":
        return self.filter(plan__in=Plan.objects.visible_to(actor))

    def writable_by(self, actor: Actor) -> "PlanItemQuerySet":
        return self.filter(plan__in=Plan.objects.writable_by(actor))

    def tasks(self) -> "PlanItemQuerySet":
        return self.filter(kind=PlanItem.Kind.TASK)


class PlanItem(models.Model):
    """A chapter, an item of it, or a task of that item. ``text`` is the source as it stands, never our own words."""

    class Kind(models.TextChoices):
        CHAPTER = "chapter", _("章")
        ITEM = "item", _("条")
        TASK = "task", _("任务")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="items")
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")
    kind = models.CharField(max_length=8, choices=Kind)
    order = models.PositiveIntegerField()
    code = models.CharField(_("编号"), max_length=12)
    title = models.CharField(_("标题"), max_length=300)
    text = models.TextField(_("原文"))
    #: Sentences of a chapter or item that announce nothing themselves.
    preamble = models.TextField(blank=True)
    line = models.PositiveIntegerField(_("行"))
    lines = models.JSONField(default=list)
    names = models.JSONField(_("点到的名称"), default=list)
    theme = models.CharField(_("类别"), max_length=8, blank=True, choices=[(name, name) for name in KIND_NAMES])
    when = models.JSONField(_("时间要求"), default=list)
    due = models.DateField(_("最晚"), null=True, blank=True)
    department = models.CharField(_("责任部门"), max_length=60, blank=True)
    calls = models.ManyToManyField("programs.Call", blank=True, related_name="plan_items")
    #: For work that runs outside the engine: a manual is revised, a hall is rebuilt.
    done_on = models.DateField(_("做完日期"), null=True, blank=True)
    done_note = models.CharField(_("做到哪一步"), max_length=300, blank=True)

    objects = PlanItemQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "order"]
        constraints = [models.UniqueConstraint(fields=["plan", "code"], name="plan_code_once")]
        indexes = [models.Index(fields=["plan", "kind", "order"])]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"
