"""What goes along when a union is moved, merged or dissolved: each room says it for its own tables.

A room's ``carry.CARRIERS`` look (for the page that asks) and carry (in the act's transaction); ``carry.STAYS`` names
the links that stay with the old union because they are history. A link to a union that neither names fails a test.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models

from portal.core.actor import Actor
from portal.kit.gather import gather
from portal.registry.models import Organization, OrganizationChange


@dataclass(frozen=True)
class Asked:
    """A change of a union as it is asked for. ``other``: the new parent, or the union that takes over."""

    kind: str
    unit: Organization
    on: datetime.date
    other: Organization | None = None

    @property
    def closes(self) -> bool:
        return self.kind in OrganizationChange.CLOSING


@dataclass(frozen=True)
class Load:
    """What one carrier finds: how many rows go along, what to know about them, what forbids the change."""

    count: int = 0
    lines: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Carrier:
    """Carries one kind of thing. ``links``: the foreign keys to a union that it minds, ``programs.Entry.desk``."""

    key: str
    label: Any
    noun: Any
    links: tuple[str, ...]
    look: Callable[[Asked], Load]
    carry: Callable[[Actor, Asked], int]
    order: int = 50


def carriers() -> list[Carrier]:
    """Those of every installed app, in order."""
    return sorted(gather("carry", "CARRIERS"), key=lambda one: one.order)  # type: ignore[attr-defined]


def links_to(model: type[models.Model]) -> set[str]:
    """Every foreign key to ``model`` in any app, as ``app.Model.field``."""
    found = set()
    for other in apps.get_models(include_auto_created=True):
        for one in other._meta.get_fields():
            if isinstance(one, models.ForeignKey) and one.related_model is model and one.model is other:
                found.add(f"{other._meta.label}.{one.name}")
    return found
