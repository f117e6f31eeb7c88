"""The API of the engine: programs, editions, entries and their moves, notices, objections, decisions, plans."""

from django.utils.translation import gettext_lazy as _

from portal.kit.api.events import Event
from programs.api import calls, entries, filling, notices, plans, publishing
from programs.models import Call, Decision, Entry, Notice
from programs.workflows import WORKFLOWS

#: Every move that any workflow knows, as the trail writes it.
MOVES = tuple(sorted({f"entry.{move.name}" for workflow in WORKFLOWS.values() for move in workflow.moves}))

ROUTES = (*calls.ROUTES, *entries.ROUTES, *filling.ROUTES, *notices.ROUTES, *publishing.ROUTES, *plans.ROUTES)
EVENTS = (
    Event("entry", _("推荐：走到哪一步"), "programs.entry", MOVES, Entry.objects.visible_to),
    Event("call", _("评选：发布"), "programs.call", ("call.publish",), Call.objects.visible_to),
    Event(
        "notice", _("公示：发出、期满"), "programs.notice", ("notice.post", "notice.end"),
        Notice.objects.visible_to,
    ),
    Event(
        "decision", _("决定：签发"), "programs.decision", ("decision.sign",),
        Decision.objects.visible_to,
    ),
)  # fmt: skip
