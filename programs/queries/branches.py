"""Which branch of the tree an organisation belongs to."""

from portal.registry.models import Organization


def branches(owner_id: int) -> dict[int, int]:
    """Every organisation below the owner → the unit reporting to the owner that it belongs to. One query."""
    parents = dict(Organization.objects.values_list("pk", "parent_id").order_by())
    found: dict[int, int] = {}
    for start in parents:
        path, at = [], start
        while at is not None and at not in found and parents.get(at) != owner_id:
            path.append(at)
            at = parents.get(at)
        unit = found.get(at, at) if at is not None else None
        if unit is not None:
            found[at] = unit
            found.update(dict.fromkeys(path, unit))
    return found
