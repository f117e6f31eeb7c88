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
class Field:
    """One thing that an entry is asked. ``kind`` picks the builder of the form field (see
    ``programs.forms.entries.BUILDERS``).

    ``fill`` copies a value from the member ("member.title") or the unit ("organization.name") into a new entry.
    ``public`` fields may be shown on the public notice. Lengths count Chinese characters as a clerk counts them.
    """

    name: str
    label: str
    kind: str = "text"
    section: str = "基本情况"
    required: bool = True
    help: str = ""
    limit: int = 0
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[tuple[str, str], ...] = ()
    fill: str = ""
    locked: bool = False
    public: bool = False
    width: int = 1


@dataclass(frozen=True)
class Param:
    """A figure of an edition, set in the browser when the edition is opened. Kinds: int, bool, str, choice, date.

    ``needs`` names the figures of which one must be set for this one to mean anything.
    """

    name: str
    label: str
    kind: str = "int"
    default: Any = 0
    minimum: int | None = None
    maximum: int | None = None
    unit: str = ""
    help: str = ""
    section: str = "条件"
    choices: tuple[tuple[str, str], ...] = ()
    needs: tuple[str, ...] = ()


#: Figures that the engine asks every edition for; a program puts them among its own.
ENGINE_PARAMS = (
    Param("grace_minutes", "截止后还收", default=0, minimum=0, maximum=1440, unit="分钟", section="报送",
          help="页面上写的截止不变；过了这几分钟才转为逾期"),
    Param("one_entry_with", "和别的评选合起来一人只报一项", "str", default="", section="不重复",
          help="几届写同一个词，例如“三八2027”，一个人只能在其中报一项；空着只管这一届"),
    Param("one_entry_except", "可以兼报的奖项", "str", default="", section="不重复",
          help="写奖项名称，多个用顿号隔开；空着就是一人只报一项"),
    Param("turnout_percent", "单位至少报会员的", default=0, minimum=0, maximum=100, unit="%", section="报送",
          help="0 就是不要求"),
    Param("turnout_age", "只数几岁以内的", default=0, minimum=0, maximum=100, unit="岁", section="报送",
          help="例如 40，会员和报的人都只数 40 岁以内的；0 就是都数", needs=("turnout_percent",)),
    Param("pass_up_from", "什么时候可以上报", "choice", default="notice", section="公示",
          choices=(("notice", "公示期满以后"), ("slate", "列入拟定名单就可以，由上级公示"))),
    Param("keep_years", "没有通过的推荐，内容和附件只留", default=0, minimum=0, maximum=10, unit="年", section="保存",
          help="从截止那天算；比全市定的短才起作用，0 就按全市定的"),
    Param("rank_required", "区校排了名次才能交上来", "bool", default=False, section="报送"),
)  # fmt: skip


@dataclass(frozen=True)
class Material:
    """One line of the attachments' checklist. ``printed`` is the signed print of the entry's own form."""

    name: str
    label: str
    required: bool = True
    kinds: tuple[str, ...] = ("pdf", "image")
    limit: int = 1
    help: str = ""
    printed: bool = False


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
class Program:
    """A kind of award, competition or claim. ``series`` is its name in the honour register, ``plan_words`` in
    work plans.
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

    def frozen_form(self) -> dict[str, Any]:
        """Fields and materials as the JSON that a published call keeps."""
        return {
            "fields": [asdict(one) for one in self.fields],
            "materials": [asdict(one) for one in self.materials],
        }


def thaw_fields(form: Mapping[str, Any]) -> tuple[Field, ...]:
    """Read the fields back from a call's frozen form; unknown keys of later versions are dropped."""
    known = Field.__dataclass_fields__
    return tuple(
        Field(**{**{k: v for k, v in raw.items() if k in known}, "choices": tuple(map(tuple, raw.get("choices", ())))})
        for raw in form.get("fields", ())
    )


def thaw_materials(form: Mapping[str, Any]) -> tuple[Material, ...]:
    """Read the checklist back from a call's frozen form."""
    known = Material.__dataclass_fields__
    return tuple(
        Material(**{**{k: v for k, v in raw.items() if k in known}, "kinds": tuple(raw.get("kinds", ()))})
        for raw in form.get("materials", ())
    )
