"""Changes of unions that are decided and whose day has not come."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.registry.models.changes import OrganizationChange
from portal.registry.models.organizations import Organization


class PlannedChange(models.Model):
    """A change with a day ahead: done once on that day in the name of who planned it, or refused with the reason."""

    class State(models.TextChoices):
        WAITING = "waiting", _("到那天办")
        DONE = "done", _("办好了")
        REFUSED = "refused", _("没办成")
        DROPPED = "dropped", _("作废")

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="planned", verbose_name=_("组织"))
    kind = models.CharField(_("变动"), max_length=10, choices=OrganizationChange.Kind)
    on = models.DateField(_("从哪天起"))
    other = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+", verbose_name=_("去向"))
    name = models.CharField(_("新名"), max_length=100, blank=True)
    short_name = models.CharField(_("新的简称"), max_length=30, blank=True)
    reason = models.CharField(_("原因"), max_length=200)
    document = models.CharField(_("文号"), max_length=80, blank=True)
    state = models.CharField(_("情形"), max_length=8, choices=State, default=State.WAITING)
    #: Why it was not done on its day.
    said = models.TextField(blank=True)
    change = models.OneToOneField(OrganizationChange, models.PROTECT, null=True, related_name="planned")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    post_id = models.BigIntegerField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization"], condition=Q(state="waiting"), name="planned_one_per_union"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="planned_has_reason"),
            models.CheckConstraint(condition=~Q(kind="rename") | ~Q(name=""), name="planned_rename_has_name"),
            models.CheckConstraint(
                condition=~Q(kind__in=["move", "merge"]) | Q(other__isnull=False), name="planned_has_other"
            ),
            models.CheckConstraint(
                condition=Q(other__isnull=True) | ~Q(other=F("organization")), name="planned_not_into_itself"
            ),
            models.CheckConstraint(
                condition=(Q(state="done") & Q(change__isnull=False)) | (~Q(state="done") & Q(change__isnull=True)),
                name="planned_done_has_its_change",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.kind} {self.on}"

    def get_absolute_url(self) -> str:
        return reverse("registry:organization_history", args=[self.organization_id])
