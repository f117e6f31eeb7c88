"""The audit trail: records and the seals that chain them."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.core.actor import Actor

append_only = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
#: Tables on which the application's own database role may only INSERT and SELECT (see ``manage.py grant_app_role``).
APPEND_ONLY: list[str] = []


#: Tables whose rows it may delete, but never change.
UNCHANGED: list[str] = []


def unchanged(model: type[models.Model]) -> type[models.Model]:
    """Class decorator: the application's database role gets no UPDATE on this table."""
    UNCHANGED.append(model._meta.db_table)
    return model


def appended(model: type[models.Model]) -> type[models.Model]:
    """Class decorator: the application's database role gets no UPDATE or DELETE on this table."""
    APPEND_ONLY.append(model._meta.db_table)
    return model


class RecordQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "RecordQuerySet":
        return self if actor.role in ("auditor", "log") else self.none()

    def about(self, target: models.Model) -> "RecordQuerySet":
        return self.filter(target_type=target._meta.label_lower, target_id=target.pk)


@appended
class Record(models.Model):
    """One line of the audit trail. Holds ids, state names and field names, never personal values (rule 37)."""

    at = models.DateTimeField(_("时间"), db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("谁"))
    post_id = models.BigIntegerField(_("岗位"), null=True)
    as_name = models.CharField(_("身份"), max_length=200, blank=True)
    act = models.CharField(_("做了什么"), max_length=60, db_index=True)
    target_type = models.CharField(_("对象类别"), max_length=60)
    target_id = models.BigIntegerField(_("对象编号"), null=True)
    target_name = models.CharField(_("对象"), max_length=200, blank=True)
    note = models.TextField(_("理由"), blank=True)
    change = models.JSONField(_("变更"), default=dict)
    request_id = models.CharField(_("请求号"), max_length=32, blank=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["target_type", "target_id", "-id"])]
        triggers = [append_only]

    def __str__(self) -> str:
        return f"{self.act} {self.target_type}:{self.target_id}"


@appended
class Seal(models.Model):
    """Link of the hash chain over records: mac = HMAC(key, previous mac + canonical record)."""

    seq = models.BigIntegerField(primary_key=True)
    record = models.OneToOneField(Record, models.PROTECT)
    mac = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        triggers = [append_only]

    def __str__(self) -> str:
        return f"{self.seq}"
