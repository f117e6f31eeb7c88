"""Menu of people's data."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portal.core.actor import Actor
from portal.kit.menu import MenuItem
from portal.privacy.models import ExportRequest, Wish
from portal.privacy.models.wishes import HANDLERS

ITEMS = [
    MenuItem("", _("我的数据"), "shield", "privacy:my_data", "own", "read", order=42),
    MenuItem("本单位", _("本人要求"), "inbox", "privacy:wishes", "wish", "read", order=43, count="wishes"),
    MenuItem("系统", _("同意书"), "check", "privacy:consent_texts", "consent", "read", order=76),
    MenuItem("系统", _("名单导出"), "dl", "privacy:exports", "export", "read", order=71, count="exports"),
    MenuItem("系统", _("保存期限"), "clock", "privacy:retention", "retention", "read", order=75),
]


def waiting(actor: Actor) -> dict[str, QuerySet]:
    """Lists to approve, and what members ask about their data: others' matters, at this post's unions."""
    asked = Wish.objects.visible_to(actor).filter(state="asked") if actor.role in HANDLERS else Wish.objects.none()
    return {
        "exports": ExportRequest.objects.waiting_for(actor),
        "wishes": asked.exclude(member=actor.member_id) if actor.member_id else asked,
    }


COUNTERS = [waiting]
