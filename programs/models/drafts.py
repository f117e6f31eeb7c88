"""What happens to an entry's content between its versions: who typed what, and who has looked at which version."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from programs.models.entries import Entry


class Edit(models.Model):
    """One sitting of typing: the answers that one page changed, each from what to what.

    The newest sitting grows while the same page goes on; it covers the versions above ``since`` up to ``version``.
    From these rows a stale page is merged and an overwritten text is given back. ``page`` is the key of the shown
    form: what a page saved itself is never another's change, also when the answer to its save was lost.
    """

    entry = models.ForeignKey(Entry, models.CASCADE, related_name="edits")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    page = models.CharField(max_length=40, blank=True)
    since = models.PositiveIntegerField()
    version = models.PositiveIntegerField()
    began_at = models.DateTimeField()
    at = models.DateTimeField()
    #: name of the answer → [before, after]
    changes = models.JSONField(default=dict)

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "version"], name="edit_version_once"),
            models.CheckConstraint(condition=Q(version__gt=F("since")), name="edit_goes_on"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id}: {self.since}–{self.version}"


class Look(models.Model):
    """Which handed-in version a reader saw last, and which one before it: what changed since is shown until they
    have seen the next.
    """

    entry = models.ForeignKey(Entry, models.CASCADE, related_name="looks")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    revision = models.PositiveIntegerField()
    before = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "by"], name="look_once")]

    def __str__(self) -> str:
        return f"{self.by_id}: {self.entry_id} v{self.revision}"
