"""Honours from before the portal, as a sheet: so that the no-repeat rules know them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from awards.honours import actions_legacy
from awards.honours.models import Honour
from portal.kit import crypto, idcard
from portal.kit.refusal import Refused
from portal.registry.imports import cells
from portal.registry.imports.spec import Change, Field, Found, Importer, Reading, Scope, Values
from portal.registry.imports.units import Units, bare
from portal.registry.models import Member
from programs.catalog import programs

LEVELS = {value: str(label) for value, label in Honour.Level.choices}
LEVEL_WORDS = {"全国": "national", "上海市": "city", "系统级": "system", "校": "unit", "区": "district"}
WHO = {"person": "个人", "collective": "集体"}


def _year(cell: Any) -> int:
    value = cells.whole(2100)(cell)
    if not 1949 <= value <= 2100:
        raise Refused(_("年度是四位数，填的是 %(n)d") % {"n": value})
    return value


FIELDS = (
    Field("name", "获得者", cells.words(120), required=True, aliases=("姓名", "获奖者", "姓名或集体"), width=20),
    Field("who", "个人或集体", cells.choice(WHO), required=True, choices=tuple(WHO.values()), width=12),
    Field("title", "荣誉", cells.words(80), required=True, aliases=("荣誉名称", "称号"), width=26),
    Field("family", "系列", cells.words(40), required=True, width=16, hint="同一系列里查重，例如：三八红旗手"),
    Field("level", "级别", cells.choice(LEVELS, LEVEL_WORDS), required=True, choices=tuple(LEVELS.values()), width=12),
    Field("year", "年度", _year, required=True, width=8, cure="填 2021 这样的四位数"),
    Field("awarded_on", "授予日期", cells.past_day, required=True, kind="date", width=13, cure="填 2021-03-05 的样子"),
    Field("unit", "单位", cells.words(100), required=True, aliases=("工会", "所在单位", "当时单位"), width=28),
    Field(
        "document_number", "证件号码", cells.exact, aliases=("身份证号", "证件号"), width=22,
        hint="个人填上才能和会员对上", cure="{letter} 列设为“文本”，照证件重填",
    ),
    Field("document", "决定文号", cells.words(80), aliases=("文号",), width=24),
)  # fmt: skip
EXAMPLE = {
    "name": "周敏芳", "who": "个人", "title": "上海市三八红旗手", "family": "三八红旗手", "level": "市级",
    "year": "2021",
    "awarded_on": "2021-03-05", "unit": "景谷实验中学工会", "document_number": "", "document": "沪教巾〔2021〕3 号",
}  # fmt: skip


@dataclass
class Look:
    """What all rows share."""

    scope: Scope
    units: Units
    families: frozenset[str]
    seen: dict[tuple, str] = field(default_factory=dict)


def prepare(scope: Scope) -> Look:
    series = {program.series for program in programs().values()}
    known = set(Honour.objects.order_by().values_list("family", flat=True).distinct())
    return Look(scope, Units(scope.by, scope.meant), frozenset(series | known))


def check(reading: Reading, look: Look) -> None:
    """The unit, the document, the year beside the day; nothing twice in the file."""
    values = reading.values
    unit = values.get("unit")
    if unit is not None:
        try:
            values["organization"] = look.units.find(unit).pk
        except Refused as refusal:
            near = getattr(refusal, "near", 0)
            reading.wrong("unit", str(refusal), _("写成门户里的名称，或填它的编号"), near=near)
    family = values.get("family")
    if family and look.families and family not in look.families:
        words = "、".join(sorted(look.families)[:6])
        reading.wrong("family", _("没有“%(name)s”这个系列") % {"name": family}, _("可填：%(words)s") % {"words": words})
    number = values.get("document_number")
    if number is not None:
        try:
            values["document_number"] = idcard.read_document(number).number
        except Refused as refusal:
            reading.wrong("document_number", str(refusal), _("照证件重填；不是居民身份证的留空"))
    day, year = values.get("awarded_on"), values.get("year")
    if day and year and not year <= day.year <= year + 2:
        reading.wrong("awarded_on", _("和年度 %(year)d 对不上") % {"year": year}, _("核对年度和日期"))
    if not reading.problems:
        key = _key(values)
        if place := look.seen.get(key):
            reading.wrong("name", _("和 %(place)s 重复") % {"place": place}, _("同一项荣誉留一行"))
        look.seen.setdefault(key, reading.place)


def _key(values: Values) -> tuple:
    return (values["family"], values["title"], values["year"], values["name"], bare(values["unit"]))


def match(rows: Sequence[Values], look: Look) -> list[Found]:
    """Honours registered with the same key, and the people behind the documents: two queries."""
    indexes = [crypto.blinds(values.get("document_number", ""), "document") for values in rows]
    people = dict(
        Member.objects.visible_to(look.scope.by)
        .filter(document_index__in=[index for row in indexes for index in row if index])
        .values_list("document_index", "pk")
    )
    near = Honour.objects.filter(
        family__in={v["family"] for v in rows}, year__in={v["year"] for v in rows}, name__in={v["name"] for v in rows}
    )
    known = {(h.family, h.title, h.year, h.name, bare(h.unit)): h for h in near.order_by("-pk")}
    found = []
    for values, ways in zip(rows, indexes, strict=True):
        person = next((people[index] for index in ways if index in people), None)
        if any(ways) and person is None and values["who"] == "person":
            reason = _("名册里没有这个证件号")
            found.append(Found(problems=[("document_number", reason, _("先导入会员，或清空这一格"))]))
            continue
        values["member"] = person if values["who"] == "person" else None
        found.append(_compare(values, known.get(_key(values))))
    return found


def _compare(values: Values, honour: Honour | None) -> Found:
    """A registered honour is not rewritten by a sheet, only tied to its person or given its document number."""
    found = Found(honour)
    if honour is None or honour.decision_id:
        return found
    if values["member"] and honour.member_id is None:
        found.changes.append(Change("member_id", "会员", "—", _("和名册里的人对上")))
    if values.get("document") and not honour.document:
        found.changes.append(Change("document", "决定文号", "—", values["document"]))
    return found


def label(values: Values) -> str:
    return values.get("name", "")


IMPORTERS = (
    Importer(
        key="honours",
        title=str(gettext_lazy("历年荣誉")),
        thing="获得者",
        resource="honour",
        fields=FIELDS,
        example=EXAMPLE,
        instructions=(
            "一项一行。系列、荣誉、年度、获得者、单位都相同的算已经有了。",
            "个人的证件号填上，才能和名册里的人对上，以后推荐时查得到。",
            "门户里做出决定的荣誉，导入不会改它。",
            "第二行是示例，开头有【示例】的行不读，删不删都行。",
        ),
        prepare=prepare,
        check=check,
        match=match,
        write=actions_legacy.write,
        undo=actions_legacy.undo,
        label=label,
        order=30,
    ),
)
