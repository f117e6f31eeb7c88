"""What the engine tells in a dossier: everything that was handed in, and what became of it."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from portal import policy
from portal.core.actor import Actor
from portal.kit import days
from portal.registry.models import Member, Organization
from portal.registry.queries.dossier import Event
from programs.models import Entry
from programs.spec import State

_CSS = {State.APPROVED: "good", State.REFUSED: "", State.RETURNED: "warn", State.REVOKED: "bad"}


def _events(rows: QuerySet[Entry]) -> list[Event]:
    found = []
    for one in rows.filter(submitted_at__isnull=False).select_related("call", "category").defer("data"):
        state = State(one.state)
        detail = "，".join(filter(None, [one.subject, one.category.name, one.number]))
        day = days.local(one.submitted_at).date()
        css = _CSS.get(state, "")
        found.append(Event(day, _("推荐"), one.call.title, detail, str(state.label), css, one.get_absolute_url()))
    return found


def of_member(actor: Actor, member: Member) -> list[Event]:
    """Nominations of a person, those that the actor may open."""
    if policy.scope(actor.role, "entry", "read") is None:
        return []
    return _events(Entry.objects.visible_to(actor).filter(member=member))


def of_organization(actor: Actor, unit: Organization) -> list[Event]:
    """What the unit handed in."""
    if policy.scope(actor.role, "entry", "read") is None:
        return []
    return _events(Entry.objects.visible_to(actor).filter(organization=unit))


MEMBER_EVENTS = (of_member,)
ORGANIZATION_EVENTS = (of_organization,)
