"""Days on which the published calendar is overruled."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DayOverride(models.Model):
    """A day on which the published calendar is overruled: worked though off, or off though worked."""

    day = models.DateField(_("日期"), unique=True)
    works = models.BooleanField(_("上班"))
    reason = models.CharField(_("依据"), max_length=100)

    class Meta:
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day}"
