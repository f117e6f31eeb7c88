"""Who has not reported, as of a moment: frozen when it is circulated."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.core.actor import Actor
from portal.core.models import append_only, appended
from programs.models.calls import Call


class BulletinQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "BulletinQuerySet":
        if actor.role == "auditor":
            return self
        if actor.role in ("officer", "leader"):
            return self.filter(call__owner=actor.organization_id)
        return self.none()


@appended
class Bulletin(models.Model):
    """One circular on reporting. ``lines``: unit, kind, places, stage, times reminded, deadline; no names of people."""

    call = models.ForeignKey(Call, models.PROTECT, related_name="bulletins")
    number = models.PositiveSmallIntegerField()
    as_of = models.DateTimeField(_("截至"))
    units = models.PositiveIntegerField(_("应报"))
    lines = models.JSONField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = BulletinQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["call", "number"], name="bulletin_once")]
        triggers = [append_only]

    def __str__(self) -> str:
        return _("%(title)s 第 %(n)d 次通报") % {"title": self.call.title, "n": self.number}

    def get_absolute_url(self) -> str:
        return reverse("programs:bulletin", args=[self.pk])

    @property
    def reported(self) -> int:
        return self.units - len(self.lines)
