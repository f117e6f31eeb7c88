"""How many people work at a union, by the day of the report."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.registry.models.organizations import Organization


class HeadCount(models.Model):
    """What a union said of itself on a day. The latest row of a day counts; nothing is overwritten."""

    class Source(models.TextChoices):
        START = "start", _("建单位时")
        EDIT = "edit", _("改资料")
        IMPORT = "import", _("导入")
        REPORT = "report", _("年报")

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="head_counts")
    day = models.DateField(_("截至"))
    heads = models.PositiveIntegerField(_("教职工"))
    women = models.PositiveIntegerField(_("其中女"))
    members = models.PositiveIntegerField(_("在会会员"))
    source = models.CharField(_("来源"), max_length=8, choices=Source)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-day", "-id"]
        indexes = [models.Index(fields=["organization", "-day", "-id"])]
        constraints = [models.CheckConstraint(condition=Q(women__lte=F("heads")), name="head_count_women_le_heads")]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.day}: {self.heads}"
