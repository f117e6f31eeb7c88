"""通报: freezing who has not reported."""

from django.db import transaction
from django.utils.translation import gettext as _

from portal.core import trail
from portal.core.actor import Actor
from portal.kit import days
from portal.kit.refusal import Refused
from portal.registry.models import Kind
from programs.actions.reminders import late_units
from programs.models import Bulletin, Call, Extension
from programs.queries import calls as queries


@transaction.atomic
def freeze_bulletin(by: Actor, call_id: int) -> Bulletin:
    """Keep which units with places have handed nothing up, as it is now. Raises Refused when all have."""
    call = Call.objects.select_for_update(of=("self",)).get(pk=call_id)
    if call.owner_id != by.organization_id or by.role != "officer":
        raise Refused(_("这项评选不归你们主办"))
    late = late_units(call)
    if not late:
        raise Refused(_("有名额的都报了，没有要通报的"))
    places = queries.places_by_unit([call]).get(call.pk, {})
    tally = queries.tallies([call], call.owner_id)[call.pk]
    times = queries.reminders(call).times
    later = dict(Extension.objects.standing().filter(call=call).values_list("organization", "closes_at"))
    kinds = dict(Kind.choices)
    lines = [
        {
            "unit": unit.pk, "name": unit.name, "kind": str(kinds[unit.kind]), "places": places[unit.pk],
            "below": tally[unit.pk].below, "drafts": tally[unit.pk].drafts, "lapsed": tally[unit.pk].lapsed,
            "reminded": times.get(unit.pk, 0),
            "due": max(call.closes_at, later.get(unit.pk, call.closes_at)).isoformat(),
        }
        for unit in late
    ]  # fmt: skip
    bulletin = Bulletin.objects.create(
        call=call, number=call.bulletins.count() + 1, as_of=days.now(), units=len(places), lines=lines, made_by=by.user
    )
    trail.write(by, "bulletin.freeze", bulletin, change={"units": len(places), "late": len(lines)})
    return bulletin
