"""An edition of a program: its window, categories, quotas and what was frozen at publication."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.core.actor import Actor
from portal.kit import days
from portal.registry.models import Organization
from programs.catalog import program
from programs.models.adding import places_add_up
from programs.spec import ENGINE_PARAMS, Field, Material, Program, Workflow, thaw_fields, thaw_materials


class CallQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "CallQuerySet":
        """Published calls for every post; drafts for the officers and leaders of the owner."""
        if actor.role in ("anonymous", "teacher", "system", "security", "log"):
            return self.none()
        shown = ~Q(state=Call.State.DRAFT)
        if actor.role in ("officer", "leader", "auditor"):
            shown |= Q() if actor.role == "auditor" else Q(owner=actor.organization_id)
        return self.filter(shown)

    def owned_by(self, actor: Actor) -> "CallQuerySet":
        """Calls that the acting officer's organisation opened."""
        return self.filter(owner=actor.organization_id) if actor.role in ("officer", "leader") else self.none()


class Call(models.Model):
    """One edition. ``form``, ``params`` and ``rules`` (how places come about, which ratios a list must keep) are frozen
    when it is published; the code reads them, never the program's.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        PUBLISHED = "published", _("已发布")
        CLOSED = "closed", _("已结束")

    program_key = models.CharField(_("项目"), max_length=60, db_index=True)
    title = models.CharField(_("名称"), max_length=120)
    year = models.PositiveSmallIntegerField(_("年度"))
    owner = models.ForeignKey(Organization, models.PROTECT, related_name="calls", verbose_name=_("主办"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.DRAFT)
    opens_at = models.DateTimeField(_("开始报送"))
    closes_at = models.DateTimeField(_("截止"))
    intro = models.TextField(_("说明"), blank=True)
    form = models.JSONField(default=dict)
    params = models.JSONField(default=dict)
    rules = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    #: How often it was amended since it was published.
    amended = models.PositiveSmallIntegerField(default=0, db_default=0)
    next_number = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = CallQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="call_window"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(published_at__isnull=False), name="call_published_at"
            ),
            models.UniqueConstraint(fields=["owner", "title"], name="call_title_once"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("programs:call", args=[self.pk])

    @property
    def program(self) -> Program:
        return program(self.program_key)

    @property
    def workflow(self) -> Workflow:
        return self.program.workflow

    @property
    def fields(self) -> tuple[Field, ...]:
        """The questions of this edition: frozen once published, the program's while it is a draft."""
        return self._thawed[0] if self.form else self.program.fields

    @property
    def materials(self) -> tuple[Material, ...]:
        return self._thawed[1] if self.form else self.program.materials

    @property
    def _thawed(self) -> tuple[tuple[Field, ...], tuple[Material, ...]]:
        """The frozen form read back: a page asks for it dozens of times, so it is kept as long as the form is."""
        kept = self.__dict__.get("_form_read")
        if kept is None or kept[0] is not self.form:
            read = thaw_fields(self.form), thaw_materials(self.form)
            kept = self.__dict__["_form_read"] = (self.form, read)
        return kept[1]

    def param(self, name: str):
        """A figure of this edition; the program's default where the edition says nothing."""
        if name in self.params:
            return self.params[name]
        return next(one.default for one in (*self.program.params, *ENGINE_PARAMS) if one.name == name)

    @property
    def is_open(self) -> bool:
        return self.state == self.State.PUBLISHED and self.opens_at <= days.now() <= self.closes_at


class Category(models.Model):
    """A prize of the edition that entries compete for.

    ``places`` is how many are awarded; ``issued`` how many the units may put forward in all, fixed at publication;
    ``returned`` those of them that units gave back and the owner has not given to others yet.
    """

    call = models.ForeignKey(Call, models.CASCADE, related_name="categories")
    key = models.CharField(max_length=40)
    name = models.CharField(_("奖项"), max_length=60)
    places = models.PositiveIntegerField(_("全市取"), default=0)
    issued = models.PositiveIntegerField(_("发出的名额"), default=0, db_default=0)
    returned = models.PositiveIntegerField(_("退回待分"), default=0, db_default=0)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["call_id", "order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["call", "key"], name="category_once"),
            models.CheckConstraint(condition=Q(returned__lte=F("issued")), name="category_returned"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="places_add_up",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                timing=pgtrigger.Deferred,
                func=places_add_up("NEW.id"),
            )
        ]

    def __str__(self) -> str:
        return self.name


class ExtensionQuerySet(models.QuerySet):
    def standing(self) -> "ExtensionQuerySet":
        """Those that nobody took back."""
        return self.filter(withdrawn_at__isnull=True)


class Extension(models.Model):
    """A later deadline for one unit, with its reason (rule R35). One that is taken back stays in the list."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="extensions")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    closes_at = models.DateTimeField(_("延到"))
    reason = models.CharField(_("理由"), max_length=200)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=200, blank=True, db_default="")

    objects = ExtensionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["call", "organization"], condition=Q(withdrawn_at__isnull=True), name="extension_once"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawn_reason=""), name="extension_withdrawn_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id}: {self.closes_at:%Y-%m-%d}"
