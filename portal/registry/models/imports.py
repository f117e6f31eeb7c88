"""One upload of a workbook and what each of its rows would do. Used by every room's importer."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.core.actor import Actor
from portal.core.models import Job, StoredFile
from portal.kit.fields import EncryptedTextField
from portal.registry.models.organizations import Organization


class ImportBatchQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "ImportBatchQuerySet":
        """One's own batches, in the post they were uploaded as."""
        if actor.post is None:
            return self.none()
        return self.filter(created_by=actor.user, organization=actor.organization)


class ImportBatch(models.Model):
    """State: uploaded → checking → ready (or broken) → committing → committed → undone; or dropped."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("已上传")
        CHECKED = "checked", _("等核对")
        BROKEN = "broken", _("读不了")
        COMMITTED = "committed", _("已入库")
        UNDONE = "undone", _("已撤回")
        DROPPED = "dropped", _("已放弃")

    importer = models.CharField(max_length=40)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    result_file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    state = models.CharField(_("情形"), max_length=12, choices=State, default=State.UPLOADED)
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)
    summary = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    committed_at = models.DateTimeField(null=True)

    objects = ImportBatchQuerySet.as_manager()

    def __str__(self) -> str:
        return self.file.name


class ImportRow(models.Model):
    """One row of the workbook: its verdict, and what it would change. Values are encrypted, they are people's data."""

    class Verdict(models.TextChoices):
        NEW = "new", _("新增")
        CHANGED = "changed", _("变更")
        SAME = "same", _("没变")
        CONFLICT = "conflict", _("冲突")
        WRONG = "wrong", _("有错")

    class Decision(models.TextChoices):
        UNDECIDED = "", _("没定")
        TAKE = "take", _("用表格的")
        KEEP = "keep", _("留系统的")
        SKIP = "skip", _("不动")

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows")
    sheet = models.CharField(max_length=60)
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=120, blank=True)
    verdict = models.CharField(max_length=10, choices=Verdict)
    decision = models.CharField(max_length=6, choices=Decision, blank=True)
    target_id = models.BigIntegerField(null=True)
    #: JSON: values, changes [[field, label, old, new]], conflicts [[text, fields]], problems [[cell, value, reason,
    #: cure, field, near]], version of the row it met; after the commit only changes and undo.
    payload = EncryptedTextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "sheet", "number"], name="import_row_once")]
        indexes = [models.Index(fields=["batch", "verdict", "id"])]

    def __str__(self) -> str:
        return f"{self.sheet}!{self.number}"
