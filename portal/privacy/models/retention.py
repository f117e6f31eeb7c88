"""How long things are kept, where the city says otherwise than the rules."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.core.models import append_only, appended


@appended
class RetentionSetting(models.Model):
    """Another number of days than the rule's own, with its reason. Only added to: the last one is in force."""

    #: A hundred years: longer is for ever, and for ever is not a term.
    MOST = 36_500

    key = models.CharField(max_length=40, db_index=True)
    days = models.PositiveIntegerField(_("保存多少天"))
    reason = models.CharField(_("依据"), max_length=200)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        triggers = [append_only]
        constraints = [
            models.CheckConstraint(condition=Q(days__gte=1, days__lte=36_500), name="retention_days"),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.days}"

    @classmethod
    def current(cls) -> "dict[str, RetentionSetting]":
        """Key → the setting in force."""
        return {one.key: one for one in cls.objects.order_by("id")}
