"""Cards of the first page: lists that wait for this post's yes."""

from typing import Any

from django.utils.translation import gettext as _

from portal.core.actor import Actor
from portal.kit import days
from portal.privacy.models import ExportRequest

SHOWN = 5


def to_approve(actor: Actor) -> dict[str, Any] | None:
    """Nothing where nothing waits."""
    rows = [
        {
            "title": _("%(title)s，%(n)s 行") % {"title": one.title, "n": f"{one.count:,}"},
            "detail": _("%(who)s %(at)s：%(why)s")
            % {"who": one.requested_by.name, "at": days.short_date(one.requested_at.date()), "why": one.purpose},
            "url": one.get_absolute_url(), "tag": _("等批"), "css": "warn",
        }
        for one in ExportRequest.objects.waiting_for(actor).select_related("requested_by")[:SHOWN]
    ]  # fmt: skip
    return {"title": _("要批的名单"), "rows": rows, "empty": "", "then": ""} if rows else None


CARDS = (to_approve,)
