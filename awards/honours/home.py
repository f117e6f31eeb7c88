"""What this room adds to the first page: a teacher's own honours."""

from typing import Any

from django.utils.translation import gettext as _

from awards.honours.models import Honour
from portal.core.actor import Actor
from portal.kit import days

SHOWN = 8


def own_honours(actor: Actor) -> dict[str, Any] | None:
    """The honours of the person behind the account; nothing for those who act in a post."""
    if actor.role != "teacher":
        return None
    rows = []
    for one in Honour.objects.visible_to(actor)[:SHOWN]:
        tag, css = (_("已撤销"), "bad") if one.revoked else (one.get_level_display(), "good")
        detail = _("%(day)s，%(unit)s") % {"day": days.short_date(one.awarded_on), "unit": one.unit}
        rows.append({"title": one.title, "detail": detail, "url": one.get_absolute_url(), "tag": tag, "css": css})
    return {
        "title": _("我的荣誉"), "rows": rows, "empty": _("登记簿里还没有您的荣誉"),
        "then": _("决定以后自动登记；从前的由单位补登。"),
    }  # fmt: skip


CARDS = (own_honours,)
