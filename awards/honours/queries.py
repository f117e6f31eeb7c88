"""Reading the register."""

import datetime

from awards.honours.models import Honour
from portal.registry.models import Member


def standing_of(member: Member | None, family: str, since: datetime.date, height: int) -> Honour | None:
    """The newest honour of this family, of at least this height, that the person was given on or after ``since``."""
    if member is None:
        return None
    levels = [level for level, h in Honour.HEIGHT.items() if h >= height]
    rows = Honour.objects.standing().filter(member=member, family=family, awarded_on__gte=since, level__in=levels)
    return rows.order_by("-awarded_on").first()


def collective_since(name: str, organization_id: int, family: str, since: datetime.date) -> Honour | None:
    """The newest honour of this family that this collective of this unit was given on or after ``since``."""
    rows = Honour.objects.standing().filter(
        collective=True, name=name, organization=organization_id, family=family, awarded_on__gte=since
    )
    return rows.order_by("-awarded_on").first()
