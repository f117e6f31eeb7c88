"""What was changed by hand since the day of a sheet: the trail knows."""

import datetime
from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext as _

from portal.core.models import Record
from portal.kit import days


def by_hand(
    model: type[models.Model], acts: tuple[str, ...], ids: Iterable[int], since: datetime.date
) -> dict[int, tuple[datetime.datetime, set[str]]]:
    """For every row edited after ``since``: when last, and which fields. One query."""
    rows = Record.objects.filter(
        target_type=model._meta.label_lower, target_id__in=list(ids), act__in=acts, at__gt=days.end_of_day(since)
    )
    found: dict[int, tuple[datetime.datetime, set[str]]] = {}
    for target, at, change in rows.order_by("id").values_list("target_id", "at", "change"):
        names = found[target][1] if target in found else set()
        found[target] = (at, names | set(change.get("fields", ())))
    return found


def edited_text(at: datetime.datetime, labels: Iterable[str]) -> str:
    """“11月15日 有人手工改过手机，比表格新”."""
    return _("%(day)s 有人手工改过%(what)s，比表格新") % {
        "day": days.short_date(days.local(at).date()), "what": "、".join(labels),
    }  # fmt: skip
