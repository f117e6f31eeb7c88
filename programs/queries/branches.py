"""Which branch of the tree an organisation belongs to."""

from django.db.models import Case, F, When

from portal.registry.models import Organization

#: How far below the owner a union may lie: city, university, school, department, group (``registry`` ``BELOW``).
LEVELS = 4


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


def branch_of(owner_id: int, path: str = "organization") -> Case:
    """The same inside a query: the reporting unit of the organisation that ``path`` leads to."""
    ups = [path + "__parent" * n for n in range(LEVELS)]
    return Case(*(When(**{f"{up}__parent": owner_id}, then=F(f"{up}__id")) for up in ups), default=F(f"{path}__id"))
