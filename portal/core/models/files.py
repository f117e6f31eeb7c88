"""Stored files."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.core.models.trail import unchanged


@unchanged
class StoredFile(models.Model):
    """A stored upload or result. The stored name is random, the shown name is data. No URL of its own: owners
    serve it. Never changed; deleted only when no row points to it any more, which the foreign keys hold.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("文件名"), max_length=200)
    mime = models.CharField(max_length=100)
    size = models.BigIntegerField(_("大小"))
    sha256 = models.CharField(max_length=64, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return self.name
