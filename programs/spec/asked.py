"""What an entry is asked and an edition may set: questions, papers, figures. A call keeps them frozen as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Field:
    """One thing that an entry is asked. ``kind`` picks the builder of the form field (see
    ``programs.forms.entries.BUILDERS``).

    ``fill`` copies a value from the member ("member.title") or the unit ("organization.name") into a new entry.
    ``public`` fields may be shown on the public notice. Lengths count Chinese characters as a clerk counts them.

    A ``table`` asks ``columns`` in rows, from ``minimum`` to ``maximum`` of them; its answer is a list of dicts, column
    name → answer. A column's ``total`` is what it must add up to, its ``fill`` begins the first row. ``rows`` fixes the
    rows as (words, weight): a whole number in such a row may not exceed the weight.
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
    columns: tuple["Field", ...] = ()
    rows: tuple[tuple[str, int], ...] = ()
    total: int = 0


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


def thaw_fields(form: Mapping[str, Any]) -> tuple[Field, ...]:
    """Read the fields back from a call's frozen form; unknown keys of later versions are dropped."""
    return tuple(map(_thawed, form.get("fields", ())))


def _thawed(raw: Mapping[str, Any]) -> Field:
    known = {key: value for key, value in raw.items() if key in Field.__dataclass_fields__}
    known["columns"] = tuple(map(_thawed, raw.get("columns", ())))
    for name in ("choices", "rows"):
        known[name] = tuple(map(tuple, raw.get(name, ())))
    return Field(**known)


def thaw_materials(form: Mapping[str, Any]) -> tuple[Material, ...]:
    """Read the checklist back from a call's frozen form."""
    known = Material.__dataclass_fields__
    return tuple(
        Material(**{**{k: v for k, v in raw.items() if k in known}, "kinds": tuple(raw.get("kinds", ()))})
        for raw in form.get("materials", ())
    )
