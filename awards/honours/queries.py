"""Reading the register."""

import datetime
import re
import unicodedata
from collections.abc import Iterable

from django.db.models import Q

from awards.honours.models import Certificate, Honour
from portal.core.actor import Actor


def held(
    holder: Q, levels: Iterable[str], family: str = "", since: datetime.date | None = None,
    until: datetime.date | None = None,
) -> Honour | None:  # fmt: skip
    """The newest standing honour of the holder at one of these levels, of one family or any, within these days."""
    rows = Honour.objects.standing().filter(holder, level__in=list(levels))
    if family:
        rows = rows.filter(family=family)
    if since:
        rows = rows.filter(awarded_on__gte=since)
    if until:
        rows = rows.filter(awarded_on__lte=until)
    return rows.order_by("-awarded_on").first()


def to_certify(actor: Actor):
    """Standing honours of the actor's own calls that have no certificate yet."""
    rows = Honour.objects.standing().filter(certified=False, entry__isnull=False, decision__isnull=False)
    return rows.filter(entry__call__owner=actor.organization_id) if actor.role == "officer" else rows.none()


def certificate_numbered(text: str) -> Certificate | None:
    """The certificate with exactly this number; wide figures, dashes and blanks are read as they are meant."""
    plain = unicodedata.normalize("NFKC", text).replace("—", "-").replace("–", "-")
    found = re.fullmatch(r"(\D+?)\s*(\d{4})\s*-\s*(\d{1,6})", plain.strip())
    if found is None or not plain.isprintable():
        return None
    prefix, year, n = found.groups()
    return Certificate.objects.filter(number=f"{prefix.strip()} {year}-{int(n):04d}").first()
