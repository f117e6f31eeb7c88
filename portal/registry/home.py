"""What the registry adds to the first page: committees whose term ends, people who may be registered twice."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.core.actor import Actor
from portal.kit import days
from portal.registry.models import Organization
from portal.registry.queries.terms import ending

SHOWN = 6


def terms(actor: Actor) -> dict[str, Any] | None:
    """Terms that are over or end within half a year, in one's own union and below; nothing when there are none."""
    if actor.role not in ("chair", "clerk", "officer", "leader"):
        return None
    rows = ending(Organization.objects.visible_to(actor), days.today())
    found = list(rows[: SHOWN + 1])
    if not found:
        return None
    url = reverse("registry:organizations")
    more = {"url": f"{url}?view=ending", "more": _("全部")} if len(found) > SHOWN else {}
    return {"title": _("委员会快到期的"), "rows": [_row(one) for one in found[:SHOWN]], **more}


def _row(unit: Organization) -> dict[str, Any]:
    late = unit.term_until < days.today()
    return {
        "title": unit.name, "url": reverse("registry:organization", args=[unit.pk]),
        "detail": _("本届 %(day)s 到期") % {"day": unit.term_until.isoformat()},
        "tag": _("已过期") if late else _("半年内"), "css": "bad" if late else "warn",
    }  # fmt: skip


CARDS = (terms,)
