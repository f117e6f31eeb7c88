"""Menu of accounts."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import DualAct
from portal.core.actor import Actor
from portal.kit.menu import MenuItem

ITEMS = [
    MenuItem("系统", _("岗位"), "lock", "accounts:posts", "post", "read", order=71),
    MenuItem("本单位", _("邀请"), "user", "accounts:invitations", "invitation", "create", order=44),
    MenuItem("系统", _("双人办理"), "shield", "accounts:duals", "dual", "read", order=71, count="duals"),
    MenuItem("系统", _("账号"), "user", "accounts:users", "post", "grant", order=72),
]


def _waiting(actor: Actor) -> dict[str, QuerySet]:
    """What another security officer asked for and this one may confirm."""
    if actor.role != "security":
        return {}
    rows = DualAct.objects.visible_to(actor).filter(state=DualAct.State.WAITING)
    return {"duals": rows.exclude(asked_by=actor.user)}


COUNTERS = (_waiting,)
