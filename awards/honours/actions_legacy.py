"""Writing honours from before the portal in bulk, as their sheet comes in, and taking them back."""

from collections.abc import Sequence
from typing import Any

from awards.honours.actions import register_many
from awards.honours.models import Honour
from portal.core import trail
from portal.core.actor import Actor
from portal.registry.imports.spec import Line, Values
from portal.registry.models import ImportRow


def write(lines: Sequence[Line], by: Actor, _look: Any) -> None:
    """New honours at once; registered ones are only tied to a person or given their document number."""
    fresh = [line for line in lines if line.found.existing is None]
    honours = register_many(by, [_honour(line.values) for line in fresh])
    for line, honour in zip(fresh, honours, strict=True):
        line.row.target_id, line.undo = honour.pk, {"new": True}
    for line in lines:
        honour = line.found.existing
        if honour is None or not line.found.changes:
            continue
        new = {"member_id": line.values["member"], "document": line.values.get("document", "")}
        names = [change.field for change in line.found.changes]
        line.undo = {"old": {name: getattr(honour, name) for name in names}}
        for name in names:
            setattr(honour, name, new[name])
        honour.save(update_fields=names)
        trail.write(by, "honour.legacy", honour, change={"import": line.row.batch_id, "fields": names})


def _honour(values: Values) -> Honour:
    return Honour(
        title=values["title"], family=values["family"], level=values["level"], year=values["year"],
        awarded_on=values["awarded_on"], member_id=values["member"], organization_id=values["organization"],
        name=values["name"], collective=values["who"] == "collective", unit=values["unit"],
        document=values.get("document", ""),
    )  # fmt: skip


def undo(rows: Sequence[tuple[ImportRow, dict[str, Any]]], by: Actor) -> list[str]:
    """Take rows back; names of the honours that were revoked or certified since."""
    ids = [row.target_id for row, _undo in rows]
    free = Honour.objects.select_for_update(of=("self",)).filter(pk__in=ids, certificate__isnull=True)
    there = {honour.pk: honour for honour in free}
    held = [row.name for row, _u in rows if row.target_id not in there or there[row.target_id].revoked]
    if held:
        return held
    for row, way_back in rows:
        if not way_back.get("new"):
            Honour.objects.filter(pk=row.target_id).update(**way_back["old"])
    trail.write_many(by, (("honour.import_undone", honour, {}, "") for honour in there.values()))
    Honour.objects.filter(pk__in=[row.target_id for row, u in rows if u.get("new")]).delete()
    return []
