"""The engine's lines of the menu, and the one count they show."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portal.core.actor import Actor
from portal.kit.menu import MenuItem
from programs.models import Entry

EVENTS = "评选与活动"
DESKS = ("chair", "clerk", "officer")

ITEMS = [
    MenuItem("", _("工作台"), "home", "programs:home", "home", order=1, phone=True),
    MenuItem(
        "", _("等我办"), "inbox", "programs:inbox", "entry", "move", order=2, count="inbox", phone=True, roles=DESKS
    ),
    MenuItem("", _("工作要点"), "list", "programs:plan_list", "plan", order=3),
    MenuItem(EVENTS, _("评选表彰"), "award", "programs:calls", "call", order=10, phone=True),
    MenuItem(EVENTS, _("推荐"), "flag", "programs:entries", "entry", order=11, phone=True),
    MenuItem(EVENTS, _("公示"), "horn", "programs:notices", "notice", order=12),
    MenuItem(EVENTS, _("异议"), "alert", "programs:objections", "objection", order=13, roles=("supervisor", "auditor")),
    MenuItem(EVENTS, _("决定"), "file", "programs:decisions", "decision", order=14),
]


def waiting(actor: Actor) -> dict[str, QuerySet]:
    """What waits for the acting post: to review, or back to be mended."""
    if actor.role not in DESKS:
        return {}
    # two questions, each answered by its own index without a look at the entries
    review, mend = Entry.objects.to_review(actor), Entry.objects.to_mend(actor)
    return {"inbox": review.values("pk").union(mend.values("pk"), all=True)}


COUNTERS = [waiting]

#: What anybody may open without an account, in the bar of the signed-out pages.
PUBLIC = [(_("公示公告"), "programs:public_notices")]

#: The search box in the bar.
FIND = ["programs:find"]
