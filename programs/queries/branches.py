"""Which branch of the tree an organisation belongs to."""

from portal.registry.models import Organization

#: In a statement: every organisation with its ``unit``, the one reporting to ``owner`` that it belongs to; itself where
#: it lies beside. The owner, a unit and three below it is how deep the tree goes (``registry`` ``BELOW``).
WITH_BRANCH = """(
    SELECT o.id, CASE %(owner)s
        WHEN o.parent_id THEN o.id WHEN up1.parent_id THEN up1.id WHEN up2.parent_id THEN up2.id
        WHEN up3.parent_id THEN up3.id ELSE o.id END AS unit
    FROM registry_organization o
        LEFT JOIN registry_organization up1 ON up1.id = o.parent_id
        LEFT JOIN registry_organization up2 ON up2.id = up1.parent_id
        LEFT JOIN registry_organization up3 ON up3.id = up2.parent_id
)"""


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
