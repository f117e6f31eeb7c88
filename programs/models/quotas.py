"""How many a unit may hand in: its places, the pots that units share, the bound over all prizes together."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.registry.models import Organization
from programs.models.adding import BELOW_ADDS_UP
from programs.models.calls import Call, Category


class Pot(models.Model):
    """Places that the units of one line of the scheme share. The row is the lock of their counting."""

    category = models.ForeignKey(Category, models.CASCADE, related_name="pots")
    line = models.PositiveSmallIntegerField()
    places = models.PositiveIntegerField(_("合用名额"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["category", "line"], name="pot_once")]

    def __str__(self) -> str:
        return f"{self.category_id}/{self.line}: {self.places}"


class Quota(models.Model):
    """How many a unit may hand in, per category. The row is the lock of its counting.

    A row with ``above`` is a share that the unit above passed on out of its own places (``given`` there); what is left
    of a row is ``places - given``. ``figure`` and ``sentence`` say what it was computed from, ``reason`` why a hand
    set it otherwise. Places only wander: a trigger adds them up at the end of every transaction.
    """

    class Source(models.TextChoices):
        RULE = "rule", _("按规则")
        HAND = "hand", _("单独定的")
        SHARE = "share", _("上级分的")

    category = models.ForeignKey(Category, models.CASCADE, related_name="quotas")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    above = models.ForeignKey("self", models.CASCADE, null=True, related_name="shares")
    pot = models.ForeignKey(Pot, models.CASCADE, null=True, related_name="quotas")
    places = models.PositiveIntegerField(_("名额"))
    given = models.PositiveIntegerField(_("分给下面"), default=0, db_default=0)
    least = models.PositiveIntegerField(_("至少"), default=0, db_default=0)
    source = models.CharField(_("来由"), max_length=5, choices=Source, default=Source.HAND, db_default="hand")
    figure = models.PositiveIntegerField(_("人数"), null=True)
    sentence = models.CharField(_("怎么算的"), max_length=200, blank=True, default="", db_default="")
    reason = models.CharField(_("理由"), max_length=200, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["category", "organization"], name="quota_once"),
            models.CheckConstraint(condition=Q(given__lte=F("places")), name="quota_given"),
            models.CheckConstraint(condition=Q(pot__isnull=True) | Q(given=0), name="quota_pot_is_shared_by_all"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="shares_add_up",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                timing=pgtrigger.Deferred,
                declare=[("up", "bigint"), ("cat", "bigint")],
                func=BELOW_ADDS_UP,
            )
        ]

    def __str__(self) -> str:
        return f"{self.organization_id}: {self.places}"

    @property
    def left(self) -> int:
        """What the unit has not passed on."""
        return self.places - self.given


class Cap(models.Model):
    """How many a unit may hand in over all categories of an edition. The row is the lock of that counting."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="caps")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    places = models.PositiveIntegerField(_("合计上限"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "organization"], name="cap_once")]

    def __str__(self) -> str:
        return f"{self.organization_id}: {self.places}"
