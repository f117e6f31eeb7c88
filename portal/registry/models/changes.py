"""What became of a union: renamed, moved, merged, dissolved. Rows are only ever added."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.core.models import append_only, appended
from portal.registry.models.organizations import Organization


@appended
class OrganizationChange(models.Model):
    """One change of the tree with the day from which it holds, its reason and its document.

    ``other``: the new parent of a move, the union that a merged one went into, the one that took over the members of a
    dissolved one. The table of unions refuses a new name, parent or end without its line here (trigger ``history``).
    """

    class Kind(models.TextChoices):
        RENAME = "rename", _("改名")
        MOVE = "move", _("换上级")
        MERGE = "merge", _("并入")
        DISSOLVE = "dissolve", _("撤销")

    #: After these a union is closed.
    CLOSING = ("merge", "dissolve")

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="changes", verbose_name=_("组织"))
    kind = models.CharField(_("变动"), max_length=10, choices=Kind)
    on = models.DateField(_("从哪天起"))
    old_name = models.CharField(_("原名"), max_length=100, blank=True)
    new_name = models.CharField(_("新名"), max_length=100, blank=True)
    old_parent = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+", verbose_name=_("原上级"))
    other = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="came", verbose_name=_("去向"))
    reason = models.CharField(_("原因"), max_length=200)
    document = models.CharField(_("文号"), max_length=80, blank=True)
    #: What went along, by the key of its carrier: {"members": 41, "entries": 2}.
    carried = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-on", "-id"]
        triggers = [append_only]
        indexes = [models.Index(fields=["organization", "-on", "-id"]), models.Index(fields=["old_name"])]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="change_has_reason"),
            models.CheckConstraint(
                condition=~Q(kind="rename") | (~Q(old_name="") & ~Q(new_name="") & ~Q(old_name=F("new_name"))),
                name="change_rename_has_names",
            ),
            models.CheckConstraint(
                condition=~Q(kind="move") | (Q(old_parent__isnull=False) & Q(other__isnull=False)),
                name="change_move_has_parents",
            ),
            models.CheckConstraint(condition=~Q(kind="merge") | Q(other__isnull=False), name="change_merge_has_other"),
            models.CheckConstraint(
                condition=Q(other__isnull=True) | ~Q(other=F("organization")), name="change_not_into_itself"
            ),
            models.UniqueConstraint(
                fields=["organization"], condition=Q(kind__in=["merge", "dissolve"]), name="change_closed_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.kind} {self.on}"
