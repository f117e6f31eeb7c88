"""What an outside body decided on the entries that were handed on to it, as the sheet that it sends back (R13)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from unicodedata import normalize

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.core.actor import Actor
from portal.kit import days
from portal.registry.imports import cells
from portal.registry.imports.spec import Change, Field, Found, Importer, Line, Reading, Scope, Values
from portal.registry.imports.units import bare
from programs.actions import passings
from programs.models import PassingLine
from programs.queries.passings import answerable

OUTCOMES = {value: str(label) for value, label in PassingLine.Outcome.choices if value}
#: What outside bodies write in that column.
WORDS = dict.fromkeys(("通过", "同意", "授予", "入选", "是"), "granted") | dict.fromkeys(
    ("不批准", "未批准", "不通过", "未通过", "不同意", "不授予", "落选", "未入选", "否"), "declined"
)
LETTER = Field(
    "letter", "上报文号", cells.words(60), aliases=("来文编号", "报送文号"), width=22, hint="只报过一次的可以空着"
)
NUMBER = Field("number", "编号", cells.words(40), aliases=("推荐编号",), width=18, hint="没有编号的按姓名和单位认")
FIELDS = (
    LETTER,
    NUMBER,
    Field("name", "姓名或集体", cells.words(120), aliases=("姓名", "集体", "获得者"), width=20),
    Field("unit", "单位", cells.words(100), aliases=("工会", "所在单位", "推荐单位"), width=28),
    Field("outcome", "结果", cells.choice(OUTCOMES, WORDS), required=True, choices=tuple(OUTCOMES.values()), width=10),
    Field("outcome_on", "批复日期", cells.past_day, required=True, kind="date", width=13, cure="填 2026-03-05 的样子"),
    Field("document", "批复文号", cells.words(60), required=True, aliases=("文号", "决定文号"), width=24),
)
EXAMPLE = {
    "letter": "沪教工〔2026〕31号", "number": "沪教巾〔2026〕0012", "name": "周敏芳", "unit": "景谷实验中学工会",
    "outcome": "批准", "outcome_on": "2026-03-05", "document": "沪妇〔2026〕8号",
}  # fmt: skip


@dataclass
class Look:
    """What all rows share; ``seen``: the entries that a row of this file has named already."""

    scope: Scope
    seen: set[int] = field(default_factory=set)


def check(reading: Reading, look: Look) -> None:
    """An entry must be named one way or the other."""
    if not reading.values.get("number") and not reading.values.get("name"):
        reading.wrong("name", _("没有写是哪一件"), _("填编号，或填姓名和单位"))


def _same(text: str) -> str:
    return "".join(normalize("NFKC", text).split()).upper()


def match(rows: Sequence[Values], look: Look) -> list[Found]:
    """The lines of our letters that the rows mean: one query for all of them."""
    numbers = {v["number"] for v in rows if v.get("number")}
    names = {v["name"] for v in rows if v.get("name")}
    there = answerable(look.scope.by).filter(Q(entry__number__in=numbers) | Q(entry__subject__in=names))
    by_number, by_name = defaultdict(list), defaultdict(list)
    for line in there.select_related("passing", "entry__organization").order_by("pk"):
        by_number[line.entry.number].append(line)
        by_name[line.entry.subject].append(line)
    found = []
    for values in rows:
        number, name = values.get("number"), values.get("name")
        one = _one(values, by_number[number] if number else by_name[name])
        found.append(one if one.problems else _told(values, one, look))
    return found


def _one(values: Values, lines: list[PassingLine]) -> Found:
    """The one line that is meant, or what keeps us from knowing it."""
    letter, unit = _same(values.get("letter", "")), bare(values.get("unit", ""))
    key = "number" if values.get("number") else "name"
    if letter:
        lines = [one for one in lines if _same(one.passing.number) == letter]
    if unit and key == "name":
        lines = [
            one for one in lines
            if unit in (bare(one.entry.organization.name), bare(one.entry.organization.short_name))
        ]  # fmt: skip
    if not lines:
        where = _("“%(letter)s”里") % {"letter": values["letter"]} if letter else _("上报过的里面")
        told = _("%(where)s没有这一件") % {"where": where}
        return Found(problems=[(key, told, _("核对编号、姓名和单位，要和上报时一样"))])
    waiting = [one for one in lines if not one.outcome] or lines
    if len(waiting) > 1:
        told = _("有 %(n)d 件都对得上") % {"n": len(waiting)}
        return Found(problems=[(key, told, _("填上编号，或填单位和上报文号"))])
    line = waiting[0]
    if values.get("name") and _same(values["name"]) != _same(line.entry.subject):
        told = _("编号 %(number)s 是“%(subject)s”") % {"number": line.entry.number, "subject": line.entry.subject}
        return Found(problems=[("name", told, _("核对编号和姓名"))])
    return Found(line)


def _told(values: Values, found: Found, look: Look) -> Found:
    """What the row says of its line: new, the same as recorded, or impossible."""
    line = found.existing
    assert isinstance(line, PassingLine)
    said = (values["outcome"], values["outcome_on"], values["document"])
    if line.pk in look.seen:
        found.problems.append(("name", _("前面已经有一行是这一件"), _("一件留一行")))
    elif line.outcome and said != (line.outcome, line.outcome_on, line.outcome_number):
        words = {
            "day": days.short_date(line.outcome_on), "outcome": line.get_outcome_display(), "n": line.outcome_number,
        }  # fmt: skip
        found.problems.append(("outcome", _("已经记过：%(day)s %(n)s %(outcome)s") % words, _("记过的不再改")))
    elif told := passings.wrong_day(line.passing, values["outcome_on"]):
        found.problems.append(("outcome_on", told, _("照批复的日期填")))
    elif not line.outcome:
        waiting = str(PassingLine.Outcome.WAITING.label)
        found.changes.append(Change("outcome", _("结果"), waiting, f"{OUTCOMES[said[0]]}，{said[1]} {said[2]}"))
    look.seen.add(line.pk)
    return found


def write(lines: Sequence[Line], by: Actor, _look: Any) -> None:
    """Record the answers, letter by letter and document by document, through the same action as by hand."""
    groups: dict[tuple, list[int]] = defaultdict(list)
    for line in lines:
        kept = line.found.existing
        if line.found.changes and isinstance(kept, PassingLine):
            said = line.values
            groups[kept.passing_id, said["outcome"], said["outcome_on"], said["document"]].append(kept.pk)
            line.undo = {"outcome": said["outcome"]}
    for (passing, outcome, on, document), ids in groups.items():
        passings.record_outcome(by, passing, ids, outcome, on, document)


def label(values: Values) -> str:
    return values.get("name") or values.get("number") or ""


IMPORTERS = (
    Importer(
        key="outcomes",
        title=str(gettext_lazy("上级批复")),
        thing="上报的推荐",
        resource="passing",
        fields=FIELDS,
        example=EXAMPLE,
        instructions=(
            "一件一行。有编号的按编号认，没有的按姓名和单位认，名字要和上报时一样。",
            "结果填批准或没批，每一行都要有批复日期和文号。",
            "批准的登进荣誉登记簿；记过的结果不再改，入库以后不能整批撤回。",
            "第二行是示例，开头有【示例】的行不读，删不删都行。",
        ),
        prepare=Look,
        check=check,
        match=match,
        write=write,
        undo=None,
        label=label,
        order=40,
    ),
)
