"""What points to a person, when two are made one: each room says it for its own tables, in ``carry.MERGES``.

A link that is only a foreign key moves by itself. Where the table allows one row per person, or may not be written, the
room says how; a link that nobody named fails a test.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models

from portal.core.actor import Actor
from portal.core.models import APPEND_ONLY
from portal.kit.gather import gather
from portal.registry.models import Member


@dataclass(frozen=True)
class Pair:
    """Who stays and who goes. ``organization_id``: the union where the one person belongs afterwards."""

    survivor: Member
    absorbed: Member
    organization_id: int


@dataclass(frozen=True)
class Merge:
    """One link to a person. ``move`` returns what ``back`` needs, as JSON; without them the rows are re-pointed.

    ``blocks`` says why the two cannot be made one because of this link, "" if they can; ``warns`` what somebody should
    know before.
    """

    link: str
    label: Any
    move: Callable[[Actor, Pair], Any] | None = None
    back: Callable[[Actor, Pair, Any], None] | None = None
    blocks: Callable[[Pair], str] | None = None
    warns: Callable[[Pair], list[str]] | None = None

    @property
    def model(self) -> type[models.Model]:
        return apps.get_model(self.link.rpartition(".")[0])

    @property
    def field(self) -> str:
        return self.link.rpartition(".")[2]

    def count(self, person: Member) -> int:
        """How many rows point to the person."""
        return self.model._default_manager.filter(**{self.field: person}).count()


def merges() -> list[Merge]:
    """Those of every installed app."""
    return list(gather("carry", "MERGES"))  # type: ignore[arg-type]


def needs_a_hand(link: str) -> bool:
    """Whether re-pointing the rows of this link could break a rule of its table."""
    model, name = apps.get_model(link.rpartition(".")[0]), link.rpartition(".")[2]
    unique = model._meta.get_field(name).unique or any(name in group for group in model._meta.unique_together)
    for one in model._meta.constraints:
        unique = unique or (isinstance(one, models.UniqueConstraint) and name in one.fields)
    return unique or model._meta.db_table in APPEND_ONLY
