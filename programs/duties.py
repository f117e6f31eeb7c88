"""Who is what to an entry. The buttons, the API and the guard in ``make_move`` ask the same function."""

from portal.core.actor import Actor
from programs.models import Entry
from programs.spec import Duty, Move

#: Which roles of a post make a duty, at the organisation that the duty is tied to.
HOLDERS: dict[Duty, frozenset[str]] = {
    Duty.OWNER: frozenset({"chair", "clerk", "officer"}),
    Duty.DESK: frozenset({"chair", "officer"}),
    Duty.PASSER: frozenset({"chair", "officer"}),
    Duty.OFFICER: frozenset({"officer"}),
    Duty.LEADER: frozenset({"leader"}),
}


def holds(actor: Actor, duty: Duty, entry: Entry) -> bool:
    """Whether the actor, in the post they act as, stands in this relation to the entry."""
    if duty is Duty.MACHINE:
        return actor.user is None
    if duty is Duty.SUBJECT:
        return bool(actor.member_id) and actor.member_id == entry.member_id
    if actor.role not in HOLDERS[duty]:
        return False
    place = {
        Duty.OWNER: entry.organization_id,
        Duty.DESK: entry.desk_id,
        Duty.PASSER: entry.came_from_id,
        Duty.OFFICER: entry.call.owner_id,
        Duty.LEADER: entry.call.owner_id,
    }[duty]
    return actor.organization_id == place


def own_matter(actor: Actor, entry: Entry) -> bool:
    """Separation rule S1: the subject (the person, not the account) and their declared relatives take no step."""
    if actor.user is None or entry.member_id is None:
        return False
    return actor.user.is_or_is_kin_of(entry.member, entry.created_at)


def own_making(actor: Actor, entry: Entry, move: Move) -> bool:
    """S1 for whoever began the entry: they may hand it in and withdraw it, and judge no step of it."""
    return move.hand not in ("", "unit") and actor.user is not None and entry.created_by.person == actor.user.person
