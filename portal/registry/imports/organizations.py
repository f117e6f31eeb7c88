"""The list of unions: its columns, how a row is read, and what the portal already has for it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from portal.kit import days
from portal.kit.refusal import Refused
from portal.registry.imports import cells
from portal.registry.imports.edits import by_hand, edited_text
from portal.registry.imports.spec import Change, Conflict, Field, Found, Reading, Scope, Values
from portal.registry.imports.units import Unit, Units, bare
from portal.registry.models import Kind, Organization, Sector
from portal.registry.models.organizations import BELOW

KINDS = {value: str(label) for value, label in Kind.choices if value != Kind.CITY}
SECTORS = {value: str(label) for value, label in Sector.choices}
KIND_WORDS = {
    "区工会": "district",
    "高校": "university",
    "直属单位": "affiliated",
    "基层": "grassroots",
    "小组": "group",
}

FIELDS = (
    Field("name", "名称", cells.words(100), required=True, aliases=("工会名称", "单位名称", "全称"), width=30),
    Field("code", "编号", cells.words(20), aliases=("单位编号", "代码"), width=14, hint="门户里的编号；新单位可以不填"),
    Field("kind", "类别", cells.choice(KINDS, KIND_WORDS), required=True, choices=tuple(KINDS.values()), width=14),
    Field(
        "parent", "上级工会", cells.words(100), required=True, aliases=("上级", "主管工会", "上级单位"), width=26,
        hint="写名称或编号；上级也在这份表里的，排在前面", cure="写成门户里的名称，或把它排在前面",
    ),
    Field("short_name", "简称", cells.words(30), width=16),
    Field("sector", "学段", cells.choice(SECTORS), choices=tuple(SECTORS.values()), width=10),
    Field("area", "片区", cells.words(30), width=12),
    Field(
        "uscc", "统一社会信用代码", cells.uscc, aliases=("信用代码", "社会信用代码"), width=24,
        cure="照法人证书重填 18 位",
    ),
    Field("head_count", "教职工人数", cells.whole(), width=12, aliases=("人数", "教职工数"), cure="填整数"),
    Field("women_count", "女教职工人数", cells.whole(), width=12, aliases=("女教职工数", "其中女"), cure="填整数"),
    Field("phone", "联系电话", cells.words(30), width=16, aliases=("电话",)),
    Field("term_from", "本届起", cells.day, kind="date", width=13, cure="填 2022-01-17 这样的日期"),
    Field("term_until", "本届止", cells.day, kind="date", width=13, cure="填 2027-01-16 这样的日期"),
)  # fmt: skip
EXAMPLE = {
    "name": "景谷实验中学工会", "code": "", "kind": "基层工会", "parent": "闵行区教育工会",
    "short_name": "景谷实验中学",
    "sector": "中小幼", "area": "第三片区", "uscc": "", "head_count": "143", "women_count": "97",
    "phone": "021-60000000", "term_from": "2022-01-17", "term_until": "2027-01-16",
}  # fmt: skip
EDITS = ("organization.update", "organization.rename", "organization.move")
UPDATABLE = {
    "name": "名称", "short_name": "简称", "sector": "学段", "area": "片区", "uscc": "信用代码", "head_count": "教职工",
    "women_count": "女教职工", "phone": "联系电话", "term_from": "本届起", "term_until": "本届止",
}  # fmt: skip


@dataclass
class Look:
    """What all rows share; ``planned`` are the unions that good rows above will make, ``made`` those written so far."""

    scope: Scope
    units: Units
    planned: dict[str, tuple[str, str]] = field(default_factory=dict)  # bare name or code -> (place, kind)
    spoilt: dict[str, str] = field(default_factory=dict)
    seen: dict[tuple[str, str], str] = field(default_factory=dict)
    made: dict[str, int] = field(default_factory=dict)


def prepare(scope: Scope) -> Look:
    return Look(scope, Units(scope.by, scope.meant))


def check(reading: Reading, look: Look) -> None:
    """The place in the tree, figures that fit each other, nothing twice in the file."""
    values = reading.values
    _check_parent(reading, look)
    heads, women = values.get("head_count"), values.get("women_count")
    if heads is not None and women is not None and women > heads:
        reason = _("女教职工 %(women)d，比教职工 %(heads)d 多 %(n)d") % {
            "women": women,
            "heads": heads,
            "n": women - heads,
        }
        reading.wrong("women_count", reason, _("核对两个数"))
    start, end = values.get("term_from"), values.get("term_until")
    if start and end and end <= start:
        reading.wrong("term_until", _("本届止 %(end)s 不晚于本届起") % {"end": end.isoformat()}, _("核对两个日期"))
    _check_twice(reading, look)
    keys = [bare(values[name]) for name in ("name", "code") if values.get(name)]
    for key in keys:
        if reading.problems:
            look.spoilt.setdefault(key, reading.place)
        else:
            look.planned.setdefault(key, (reading.place, values["kind"]))


def _check_parent(reading: Reading, look: Look) -> None:
    values = reading.values
    name, kind = values.get("parent"), values.get("kind")
    if name is None:
        return
    try:
        unit: Unit | None = look.units.find(name)
    except Refused as refusal:
        unit, reason, near = None, str(refusal), getattr(refusal, "near", 0)
    if unit:
        values["parent"], above, shown = unit.pk, unit.kind, unit.name
    elif bare(name) in look.planned:
        values["parent_row"], above = look.planned[bare(name)]
        values["parent"], shown = None, name
    else:
        if bare(name) in look.spoilt:
            reason = _("上级这一行（%(place)s）自己有错") % {"place": look.spoilt[bare(name)]}
        reading.wrong("parent", reason, _("写成门户里的名称，或把它排在前面"), near=near)
        return
    if kind and kind not in BELOW[above]:
        reason = _("%(kind)s不能放在“%(parent)s”下面") % {"kind": KINDS[kind], "parent": shown}
        reading.wrong("kind", reason, _("改类别，或换一个上级"))


def _check_twice(reading: Reading, look: Look) -> None:
    values = reading.values
    above = f"{values.get('parent') or values.get('parent_row', '')}"
    keys = [("code", values.get("code", "").upper()), ("uscc", values.get("uscc", ""))]
    if "name" in values and above:
        keys.append(("name", f"{above}/{bare(values['name'])}"))
    for name, key in keys:
        if not key:
            continue
        if place := look.seen.get((name, key)):
            reading.wrong(name, _("和 %(place)s 重复") % {"place": place}, _("同一家单位留一行"))
        look.seen.setdefault((name, key), reading.place)


# ── what is there ──


def match(rows: Sequence[Values], look: Look) -> list[Found]:
    """The unions with these codes, credit codes or names: four queries, however many rows."""
    every = Organization.objects.all()
    if look.scope.lock:
        every = every.select_for_update(of=("self",)).order_by("pk")
    codes = {v["code"].upper() for v in rows if v.get("code")}
    usccs = {v["uscc"] for v in rows if v.get("uscc")}
    parents = {v["parent"] for v in rows if v.get("parent")}
    by_code = {
        one.code.upper(): one for one in every.filter(code__in=codes | {v["code"] for v in rows if v.get("code")})
    }
    by_uscc = {one.uscc: one for one in every.filter(uscc__in=usccs)}
    named = every.filter(parent__in=parents, name__in={v["name"] for v in rows})
    by_name = {(one.parent_id, one.name): one for one in named}
    ids = {one.pk for group in (by_code, by_uscc, by_name) for one in group.values()}
    edits = by_hand(Organization, EDITS, ids, look.scope.as_of)
    found = []
    for values in rows:
        hits = {
            "code": by_code.get(values.get("code", "").upper()),
            "uscc": by_uscc.get(values.get("uscc", "")),
            "name": by_name.get((values.get("parent"), values["name"])),
        }
        found.append(_weigh(values, {key: one for key, one in hits.items() if one is not None}, look, edits))
    return found


def _weigh(values: Values, hits: dict[str, Organization], look: Look, edits: dict) -> Found:
    """One union at most may be meant; code before credit code before name."""
    found = Found()
    if not hits:
        if values.get("code") and values["code"].upper() in look.made:
            found.problems.append(("code", _("编号重复"), ""))
        return found
    existing = next(iter(hits.values()))
    if not existing.active:
        found.problems.append(("name", _("“%(name)s”已经停用") % {"name": existing.name}, _("删掉这一行")))
    for key, other in hits.items():
        if other.pk != existing.pk or other.pk not in look.units.by_pk:
            whose = other.name if other.pk in look.units.by_pk else _("别处的工会")
            reason = _("已经是“%(name)s”的") % {"name": whose}
            found.problems.append((key, reason, _("核对编号、信用代码和名称")))
    if existing.kind != values["kind"]:
        reason = _("门户里是%(kind)s，导入不能改类别") % {"kind": existing.get_kind_display()}
        found.problems.append(("kind", reason, _("照门户里的填")))
    found.existing = existing
    _compare(found, values, existing, look, edits.get(existing.pk))
    if "uscc" in hits and "code" not in hits and values["name"] != existing.name:
        told = _("信用代码相同，名称不同：门户里是%(old)s") % {"old": existing.name}
        found.conflicts.append(Conflict(told, ("name",)))
    return found


def _compare(found: Found, values: Values, existing: Organization, look: Look, edit: Any) -> None:
    for name, label in UPDATABLE.items():
        new, old = values.get(name), getattr(existing, name)
        if new not in (None, "") and new != old:
            found.changes.append(Change(name, label, shown(name, old), shown(name, new)))
    heads = values.get("head_count", existing.head_count)
    if values.get("women_count", existing.women_count) > heads:
        reason = _("和门户里的另一个数合起来，女教职工比教职工多")
        found.problems.append(("women_count" if "women_count" in values else "head_count", reason, _("两个数都填")))
    start, end = values.get("term_from", existing.term_from), values.get("term_until", existing.term_until)
    if start and end and end <= start:
        found.problems.append(("term_until", _("本届止不晚于本届起"), _("两个日期都填")))
    parent = values.get("parent")
    if parent != existing.parent_id:
        old = look.units.by_pk.get(existing.parent_id)  # type: ignore[arg-type]
        new = look.units.by_pk.get(parent).name if parent else values.get("parent_row", "")  # type: ignore[arg-type, union-attr]
        found.changes.append(Change("parent", "上级", old.name if old else "—", new))
        told = _("上级不同：门户里是%(old)s") % {"old": old.name if old else "—"}
        found.conflicts.append(Conflict(told, ("parent",)))
    changed = {change.field for change in found.changes}
    newer = [name for name in UPDATABLE if edit and name in edit[1] & changed]
    if newer:
        found.conflicts.append(Conflict(edited_text(edit[0], [UPDATABLE[name] for name in newer]), tuple(newer)))


def shown(name: str, value: Any) -> str:
    """A value as the preview shows it."""
    if value in (None, ""):
        return "—"
    if name in ("term_from", "term_until"):
        return days.parse_date(value).isoformat()
    return SECTORS.get(value, value) if name == "sector" else str(value)


def label(values: Values) -> str:
    return values.get("name", "")
