"""Reading the register."""

import datetime
import re
import unicodedata

from awards.honours.models import Certificate, Honour
from portal.core.actor import Actor
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


def to_certify(actor: Actor):
    """Standing honours of the actor's own calls that have no certificate yet."""
    rows = Honour.objects.standing().filter(certificate__isnull=True, entry__isnull=False)
    return rows.filter(entry__call__owner=actor.organization_id) if actor.role == "officer" else rows.none()


def certificate_numbered(text: str) -> Certificate | None:
    """The certificate with exactly this number; wide figures, dashes and blanks are read as they are meant."""
    plain = unicodedata.normalize("NFKC", text).replace("—", "-").replace("–", "-")
    found = re.fullmatch(r"(\D+?)\s*(\d{4})\s*-\s*(\d{1,6})", plain.strip())
    if found is None or not plain.isprintable():
        return None
    prefix, year, n = found.groups()
    return Certificate.objects.filter(number=f"{prefix.strip()} {year}-{int(n):04d}").first()
