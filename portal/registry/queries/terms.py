"""Committees whose term ends: who has to be told how long ahead."""

import datetime

from django.db.models import Q, QuerySet

from portal.registry.models import Organization
from portal.registry.queries.tree import SOON

#: Days ahead of which a union is told, longest first; 0 is the day on which the term is over.
AHEAD = (183, 92, 31, 0)


def ending_q(today: datetime.date) -> Q:
    """Over already, or within half a year."""
    return Q(term_until__lt=today + SOON)


def ending(rows: QuerySet[Organization], today: datetime.date) -> QuerySet[Organization]:
    """Unions in use whose term is over or ends within half a year, the most urgent first."""
    return rows.filter(ending_q(today), active=True).order_by("term_until", "pinyin", "pk")


def stage(until: datetime.date, today: datetime.date) -> int:
    """The nearest mark of ``AHEAD`` that has been passed. Raises ValueError for a term that ends later than all."""
    return min(days for days in AHEAD if until - today <= datetime.timedelta(days=days))
