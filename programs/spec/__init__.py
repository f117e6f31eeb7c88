"""What a program is made of: frozen values without a database.

A program is data. A room writes one ``Program`` per award in its ``catalog/``; the engine draws its form, runs its
workflow and asks its checks. What an edition may set (``Param``) and what is asked (``Field``, ``Material``)
is frozen as
JSON on the call when it is published.
"""

import enum
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from programs.spec.asked import ENGINE_PARAMS, Field, Material, Param, thaw_fields, thaw_materials

__all__ = [
    "CONTENT_MOVES", "EDITABLE", "ENGINE_PARAMS", "TAKES_A_PLACE", "At", "Check", "Desk", "Duty", "Effect", "Field",
    "Finding", "Material", "Meter", "Move", "Naming", "Param", "Program", "State", "Workflow",
    "thaw_fields", "thaw_materials",
]  # fmt: skip


class State(models.TextChoices):
    """The one state enum of the portal: one badge, one filter, one inbox. Levels and rounds are not states."""

    DRAFT = "draft", _("草稿")
    REVIEW = "review", _("审核中")
    RETURNED = "returned", _("退回补正")
    JUDGING = "judging", _("评审中")
    SHORTLIST = "shortlist", _("拟定名单")
    NOTICE = "notice", _("公示中")
    PASSED_UP = "passed-up", _("已上报")
    RESERVE = "reserve", _("候补")
    APPROVED = "approved", _("通过")
    REFUSED = "refused", _("不通过")
    WITHDRAWN = "withdrawn", _("撤回")
    LAPSED = "lapsed", _("逾期")
    REVOKED = "revoked", _("撤销")


#: States in which an entry still takes a place of its unit's quota.
TAKES_A_PLACE = frozenset(
    {
        State.REVIEW, State.RETURNED, State.JUDGING, State.SHORTLIST, State.NOTICE, State.PASSED_UP, State.RESERVE,
        State.APPROVED,
    }
)  # fmt: skip
#: Moves at which the content itself is checked: into the desks, onto the slate, out to the public.
CONTENT_MOVES = ("", "submit", "forward", "propose", "publish")
#: States in which the unit may still change the content.
EDITABLE = frozenset({State.DRAFT, State.RETURNED})


class Duty(enum.StrEnum):
    """A relation between an actor and an entry, resolved from the acting post. Not a group, not a permission."""

    OWNER = "owner"
    SUBJECT = "subject"
    DESK = "desk"
    PASSER = "passer"
    OFFICER = "officer"
    LEADER = "leader"
    MACHINE = "machine"


class Desk(enum.StrEnum):
    """Where a move puts the entry."""

    STAYS = "stays"
    UP = "up"
    UNIT = "unit"
    OWNER = "owner"
    BACK = "back"


class At(enum.StrEnum):
    """Where the entry must lie for a move to exist."""

    ANY = "any"
    BELOW_OWNER = "below"
    OWNER = "owner"


@dataclass(frozen=True)
class Move:
    """One line of a workflow's table.

    ``through`` names the action that alone may make this move (a notice, a decision): it has no button of its own.
    ``hand`` is the pair of hands it is made by; one person may not be two hands on one entry (separation rule S2).
    ``bulk`` is its label where it is made for many entries at once, "" where it is not. ``back`` names, by the state it
    was made from, the move that takes it back: only the one who made it, only while nobody has touched the entry since.
    """

    name: str
    label: Any
    sources: frozenset[State]
    target: State
    by: Duty
    desk: Desk = Desk.STAYS
    at: At = At.ANY
    note: bool = False
    flags: bool = False
    checked: bool = False
    through: str = ""
    hand: str = ""
    grave: bool = False
    main: bool = False
    bulk: Any = ""
    back: tuple[tuple[State, str], ...] = ()

    def taken_back_by(self, source: str) -> str:
        """The move that takes this one back when it was made from ``source``; "" where none does."""
        return dict(self.back).get(State(source), "")


@dataclass(frozen=True)
class Workflow:
    """A named table of moves."""

    name: str
    moves: tuple[Move, ...]

    def move(self, name: str) -> Move | None:
        return next((move for move in self.moves if move.name == name), None)

    def open_to(self, state: str) -> tuple[Move, ...]:
        return tuple(move for move in self.moves if state in move.sources)


@dataclass(frozen=True)
class Meter:
    """A figure against a bound, drawn as a bar (``pips`` false) or as one box per place."""

    value: float
    maximum: float
    limit: float | None = None
    pips: bool = False


@dataclass(frozen=True)
class Finding:
    """What a check says: the rule, the figure, the bound, how much is short and what would cure it.

    ``level``: good, near (just at the bound), short (warns), stop (blocks the move).
    """

    rule: str
    title: str
    figure: str
    level: str = "good"
    sentence: str = ""
    cure: str = ""
    field: str = ""
    meter: Meter | None = None

    @property
    def stops(self) -> bool:
        return self.level == "stop"


#: A check looks at one entry on its way through one move ("" while the form is being filled).
Check = Callable[[Any, str], "list[Finding]"]
#: An effect runs in the transaction of the move, after the state has changed: (entry, by, move name).
Effect = Callable[[Any, Any, str], None]


@dataclass(frozen=True)
class Naming:
    """What people call whatever an entry is about. An empty ``name`` is never typed, an empty ``head`` never asked.

    ``name`` is what its own name is called, ``head`` what the person is called whom the roster names for it, ``whole``
    what is counted after the measure word (8 个集体, 3 项成果).
    """

    ask: str
    name: str = ""
    head: str = ""
    whole: str = ""
    help: str = "写全称，和印章一致"


#: A person of the roster; something with a name of its own; the acting unit itself, whose name nobody types.
NAMINGS = {
    "member": Naming("推荐谁", head="推荐谁"),
    "collective": Naming("推荐哪个集体", "集体名称", "负责人", "集体"),
    "organization": Naming("为本单位申报", whole="单位"),
}


@dataclass(frozen=True)
class Program:
    """A kind of award, competition or claim. ``series`` is its name in the honour register, ``plan_words`` in
    work plans. ``subject`` is one of ``NAMINGS``; ``naming`` calls it as this program does.
    """

    key: str
    title: str
    noun: str
    subject: str
    workflow: Workflow
    fields: tuple[Field, ...]
    params: tuple[Param, ...] = ()
    materials: tuple[Material, ...] = ()
    checks: tuple[Check, ...] = ()
    effects: Mapping[str, tuple[Effect, ...]] = field(default_factory=dict)
    clashes: tuple[Callable[[Mapping[str, Any]], str], ...] = ()
    categories: tuple[tuple[str, str], ...] = ()
    number_prefix: str = ""
    form_title: str = ""
    paper: str = ""
    series: str = ""
    plan_words: tuple[str, ...] = ()
    about: str = ""
    naming: Naming | None = None

    @property
    def called(self) -> Naming:
        """How its subject is called where it is asked, shown and printed."""
        return self.naming or NAMINGS[self.subject]

    def frozen_form(self) -> dict[str, Any]:
        """Fields and materials as the JSON that a published call keeps."""
        return {
            "fields": [asdict(one) for one in self.fields],
            "materials": [asdict(one) for one in self.materials],
        }
