"""May this actor do this to this organisation or person: the matrix says who ever may, the scope says where."""

from portal import policy
from portal.core.actor import Actor
from portal.registry.models import Organization


def holds(actor: Actor, resource: str, action: str, organization_id: int | None) -> bool:
    """Whether the matrix grants ``action`` at that organisation, by unit, by subtree or everywhere."""
    scope = policy.scope(actor.role, resource, action)
    if scope == "all":
        return True
    if organization_id is None or actor.organization_id is None:
        return False
    if scope == "unit":
        return organization_id == actor.organization_id
    if scope == "tree":
        return actor.tree_ids is None or organization_id in actor.tree_ids
    return False


def may_change(actor: Actor, unit: Organization) -> bool:
    """Whether the actor may change this union's place in the tree: the level above it does, for the root its own."""
    if not unit.active or not holds(actor, "organization", "change", unit.pk):
        return False
    return unit.parent_id is None or unit.pk != actor.organization_id
