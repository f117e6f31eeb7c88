"""What may be handed on to an outside body, and what waits for its answer."""

from collections.abc import Container

from django.db.models import Exists, OuterRef, Q, QuerySet

from portal.core.actor import Actor
from programs.models import Call, Category, Entry, Notice, PassingLine
from programs.spec import State


def ready(call: Call) -> QuerySet[Entry]:
    """Entries that may go instead of a decision of ours: their notice has ended, no objection holds them, no decision
    settles them; where the edition leaves the notice to the outside body, the slate as well.
    """
    over = Q(state=State.NOTICE, notice_lines__notice__state__in=[Notice.State.ENDED, Notice.State.ARCHIVED])
    if call.param("pass_up_from") == "slate":
        over |= Q(state=State.SHORTLIST)
    return Entry.objects.filter(over, call=call, held=False, decision_lines__isnull=True).distinct()


def decided(call: Call) -> QuerySet[Entry]:
    """Entries that we approved ourselves and that never went anywhere: they may go on for another prize, if there is
    one in the edition.
    """
    others = Category.objects.filter(call=call.pk).exclude(pk=OuterRef("category"))
    return Entry.objects.filter(Exists(others), call=call, state=State.APPROVED, passing_line__isnull=True)


def anything(call: Call, states: Container[str]) -> bool:
    """Whether something may be handed on now. ``states`` are those that the call's entries are in: they spare most
    editions both questions.
    """
    slate = State.SHORTLIST in states and call.param("pass_up_from") == "slate"
    return ((State.NOTICE in states or slate) and ready(call).exists()) or (
        State.APPROVED in states and decided(call).exists()
    )


def answerable(actor: Actor) -> QuerySet[PassingLine]:
    """Lines of the letters whose answers this officer records."""
    rows = PassingLine.objects.filter(passing__call__owner=actor.organization_id)
    return rows if actor.role == "officer" else rows.none()
