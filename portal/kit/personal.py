"""What the portal knows about people, declared beside the models of each app (rule 32).

An app's module ``personal`` offers ``HOLDINGS``: one ``Holding`` for each model that holds something of a person. From
it come the data register, the copy a person gets of their own data, what is shredded and when, and the checks that
refuse a field without a level. ``RULES`` say what is due to go; ``SEALED`` and ``INDEXES`` name what lies sealed
outside an ``EncryptedTextField``, for the rotation of keys.
"""

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from portal.kit import days
from portal.kit.gather import gather


class Level(StrEnum):
    """How much harm a field does in the wrong hands (GB/T 35273; 个人信息保护法 28)."""

    PUBLIC = "公开"
    INTERNAL = "内部"
    PERSONAL = "个人"
    SENSITIVE = "敏感"


#: Legal bases (个人信息保护法 13), as the register names them.
DUTY = "履行工会法定职责（工会法；个保法 13 条三项）"
CONSENT = "本人同意（个保法 13 条一项、29 条）"
CONTRACT = "办理本人申请的事项（个保法 13 条二项）"


class Shred(StrEnum):
    """What becomes of a row that is due, or whose person wants it gone."""

    DELETE = "删除"
    BLANK = "去掉可识别本人的内容"
    KEEP = "保留"


@dataclass(frozen=True)
class Holding:
    """One model's declaration.

    ``others`` is the level of every field not named in ``levels``; it has no default, so that it was thought of.
    ``masks`` shows a sensitive field without telling it. ``person`` and ``account`` are lookups from the model to the
    member and to the user it is about ("" where there is none). ``copied`` names the fields of the person's own copy,
    all that are not 内部 unless it says otherwise. ``keep`` says in words how long and why; ``shred`` what happens
    then, ``blanks`` what a blanked row holds instead: a value, or a function of the row, and ``remove`` deletes rows
    (by primary keys) where the table itself forbids it. ``erasable``: which rows may go when their person wishes it.
    """

    model: str
    title: str
    others: Level
    purpose: str
    basis: str
    keep: str
    shred: Shred
    levels: Mapping[Level, tuple[str, ...]] = field(default_factory=dict)
    masks: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    blanks: Mapping[str, Any] = field(default_factory=dict)
    person: str = ""
    account: str = ""
    copied: tuple[str, ...] = ()
    remove: Callable[[list[Any]], int] | None = None
    erasable: Mapping[str, Any] = field(default_factory=dict)
    order: int = 50

    @property
    def type(self) -> type[Model]:
        return apps.get_model(self.model)

    def level(self, name: str) -> Level:
        """The level of one field."""
        return next((level for level, names in self.levels.items() if name in names), self.others)


@dataclass(frozen=True)
class Rule:
    """What goes by itself: rows of ``model`` that ``due`` finds when ``days`` have passed since their matter ended.

    ``due`` takes the day on which the time began that is over now. What happens is the holding's ``shred``.
    """

    key: str
    title: str
    model: str
    days: int
    since: str
    due: Callable[[datetime.date], QuerySet]


@dataclass(frozen=True)
class Purpose:
    """What people are asked to agree to; rooms offer their own in ``personal.PURPOSES``."""

    key: str
    title: str


@dataclass(frozen=True)
class SealedJson:
    """A JSON column in which some texts are sealed, as the secrets of authenticators are."""

    model: str
    column: str
    context: str


@dataclass(frozen=True)
class ExtraIndex:
    """A blind index that is no ``BlindIndexField``, because it is not always filled."""

    model: str
    of: str
    column: str
    context: str


def hidden(_value: str) -> str:
    """A mask that shows nothing."""
    return str(_("已加密"))


def past(model: type[Model], field: str, **also: Any) -> Callable[[datetime.date], QuerySet]:
    """For ``Rule.due``: the rows whose moment ``field`` lies so far back; ``also`` narrows them."""
    rows = model._default_manager
    return lambda since: rows.filter(**{f"{field}__lte": days.end_of_day(since)}, **also)


@cache
def holdings() -> dict[str, Holding]:
    """Model label → its declaration, of all apps."""
    return {one.model.lower(): one for one in gather("personal", "HOLDINGS")}  # type: ignore[attr-defined]


def level_of(model: type[Model], name: str) -> Level:
    """The level of any field of the project; what is nobody's is 内部."""
    holding = holdings().get(model._meta.label_lower)
    return holding.level(name) if holding else Level.INTERNAL


def rules() -> dict[str, Rule]:
    """Key → retention rule, of all apps."""
    return {one.key: one for one in gather("personal", "RULES")}  # type: ignore[attr-defined]


def sealed_json() -> Iterator[SealedJson]:
    yield from gather("personal", "SEALED")  # type: ignore[misc]


def extra_indexes() -> Iterator[ExtraIndex]:
    yield from gather("personal", "INDEXES")  # type: ignore[misc]
