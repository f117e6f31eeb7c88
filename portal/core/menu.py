"""Menu of the ground floor."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portal.core.actor import Actor
from portal.core.models import Message
from portal.kit.menu import MenuItem

ITEMS = [
    MenuItem("", _("消息"), "bell", "core:messages", "message", "read", order=30, count="unread", phone=True),
    MenuItem("系统", _("后台任务"), "clock", "core:jobs", "job", "read", order=70),
    MenuItem("系统", _("投递"), "horn", "core:deliveries", "delivery", "read", order=71),
    MenuItem("系统", _("工作日"), "cal", "core:days", "calendar", "read", order=73),
    MenuItem("系统", _("操作记录"), "shield", "core:records", "trail", "read", order=74),
]
INBOX = ["core:messages"]


def unread(actor: Actor) -> dict[str, QuerySet]:
    return {"unread": Message.objects.visible_to(actor).filter(read_at__isnull=True)}


COUNTERS = [unread]
