"""The roster: its columns, how a row is read, and what the portal already has for it."""

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.kit import crypto, days, idcard, pinyin, text
from portal.kit.refusal import Refused
from portal.registry.imports import cells
from portal.registry.imports.edits import by_hand, edited_text
from portal.registry.imports.spec import ALL, UNCHANGED, Change, Conflict, Field, Found, Reading, Scope, Values
from portal.registry.imports.units import Unit, Units
from portal.registry.models import Kind, Member, Membership

SEXES = {"f": "女", "m": "男"}
POLITICS = {value: str(label) for value, label in Member.Politics.choices}
RANKS = {value: str(label) for value, label in Member.Rank.choices}
PERSONNEL = {value: str(label) for value, label in Member.Personnel.choices}
DOCUMENTS = {value: str(label) for value, label in idcard.KINDS.items()}
PARTY = {"党员": "party", "共产党员": "party", "中国共产党党员": "party", "预备党员": "probation", "团员": "league"}
PARTY |= {"无党派": "none", "无党派人士": "none", "民革": "democratic", "民盟": "democratic", "民建": "democratic"}
PARTY |= {"民进": "democratic", "农工党": "democratic", "致公党": "democratic", "九三学社": "democratic"}
STANDINGS = {"here": "在会", **{value: str(label) for value, label in Membership.Left.choices if value != "transfer"}}
#: What a row may say of somebody who no longer belongs.
GONE = tuple(value for value in STANDINGS if value != "here")
CARDS = {"身份证": "resident", "二代身份证": "resident", "居民身份证": "resident"}

FIELDS = (
    Field("name", "姓名", cells.person, required=True, aliases=("会员姓名",), width=12),
    Field(
        "unit", "所在工会", cells.words(100), width=26,
        aliases=("单位", "工会名称", "所属工会", "所在单位"), hint="一校的名册可以不填；重名的写“上级/名称”",
        cure="写成门户里的名称，或填它的编号",
    ),
    Field("document", "证件类别", cells.choice(DOCUMENTS, CARDS), choices=tuple(DOCUMENTS.values()), width=16),
    Field(
        "document_number", "证件号码", cells.exact, required=True, width=22,
        aliases=("证件号", "身份证号", "身份证号码", "身份证"), hint="设为文本格式再填，18 位",
        cure="{letter} 列设为“文本”，照证件重填", plain=re.compile("[0-9]{17}[0-9X]").fullmatch,
    ),
    Field("sex", "性别", cells.choice(SEXES), choices=("女", "男"), width=7, hint="居民身份证可以不填，按号码算"),
    Field(
        "birth_date", "出生日期", cells.past_day, kind="date", aliases=("出生年月日", "生日"), width=13,
        cure="填 1984-03-09 这样的日期",
    ),
    Field("politics", "政治面貌", cells.choice(POLITICS, PARTY), choices=tuple(POLITICS.values()), width=14),
    Field("title", "职称", cells.words(40), width=16),
    Field("position", "职务", cells.words(60), width=18, aliases=("岗位",)),
    Field("rank", "干部级别", cells.choice(RANKS), choices=tuple(RANKS.values()), width=14),
    Field("personnel", "人员类别", cells.choice(PERSONNEL), choices=tuple(PERSONNEL.values()), width=12),
    Field(
        "hired_on", "入校日期", cells.past_day, kind="date", aliases=("入职日期", "进校日期", "入校时间"), width=13,
        cure="填 2008-07-01 这样的日期",
    ),
    Field(
        "joined_on", "入会日期", cells.past_day, kind="date", aliases=("入会时间",), width=13,
        hint="不填就用入校日期", cure="填 2008-09-10 这样的日期",
    ),
    Field("phone", "手机", cells.phone, aliases=("手机号", "手机号码", "联系电话"), width=15, cure="填 11 位手机号",
          plain=re.compile("1[3-9][0-9]{9}").fullmatch),
    Field(
        "card_number", "工会卡或银行卡号", cells.card, aliases=("工会卡号", "银行卡号", "会员服务卡"), width=24,
        cure="{letter} 列设为“文本”，照卡面重填",
    ),
    Field(
        "standing", "会籍", cells.choice(STANDINGS, {"离职": "leave", "转出": "leave", "已退休": "retire"}),
        choices=tuple(STANDINGS.values()), aliases=("会籍状态", "在会情况"), width=9,
        hint="不填就是在会；退休、离会的照这里办",
    ),
    Field(
        "left_on", "退休离会日期", cells.past_day, kind="date", aliases=("离会日期", "退休日期"), width=13,
        hint="不填就用表格的日期", cure="填 2026-07-01 这样的日期",
    ),
)  # fmt: skip
EXAMPLE = {
    "name": "周敏芳", "unit": "景谷实验中学工会", "document": "居民身份证", "document_number": "310112198403090020",
    "sex": "女", "birth_date": "1984-03-09", "politics": "中共党员", "title": "中学高级教师",
    "position": "数学教研组长",
    "rank": "非领导职务", "personnel": "在编", "hired_on": "2008-07-01", "joined_on": "2008-09-10",
    "phone": "13800000000", "card_number": "",
}  # fmt: skip
#: Fields that a row may change on somebody who is registered, with what the preview calls them.
UPDATABLE = {
    "name": "姓名", "sex": "性别", "birth_date": "出生日期", "politics": "政治面貌", "title": "职称",
    "position": "职务", "rank": "干部级别", "personnel": "人员类别", "hired_on": "入校日期", "phone": "手机",
    "card_number": "卡号",
}  # fmt: skip
MASKS = {"phone": text.mask_phone, "card_number": text.mask_card}
WORDS = {"sex": SEXES, "politics": POLITICS, "rank": RANKS, "personnel": PERSONNEL}
#: Unions whose rosters must say where each person belongs.
SEVERAL = (Kind.CITY, Kind.DISTRICT, Kind.VOCATIONAL)
_INDEXED = 5000
EDITS = ("member.update", "member.transfer", "member.end")
_DIFFERENT = gettext_lazy("和证件号里的%(real)s不一样")


@dataclass
class Look:
    """What all rows share: the unions, the documents seen so far in this file, the days and the rights."""

    scope: Scope
    units: Units
    tree: frozenset[int]
    today: datetime.date = field(default_factory=days.today)
    ring: crypto.Keyring = field(default_factory=crypto.keyring)
    seen: dict[str, str] = field(default_factory=dict)
    known: dict[str, Unit] = field(default_factory=dict)
    indexed: dict[str, str] = field(default_factory=dict)

    def index(self, number: str) -> str:
        """The blind index of a document's number; the last ones are remembered, a row asks several times."""
        index = self.indexed.get(number)
        if index is None:
            if len(self.indexed) > _INDEXED:
                self.indexed.clear()
            index = self.indexed[number] = crypto.blind(number, "document", self.ring)
        return index

    def unit(self, name: str) -> Unit:
        """The union that a cell means: worked out once for all rows that say the same."""
        if name not in self.known:
            self.known[name] = self.units.find(name)
        return self.known[name]


def prepare(scope: Scope) -> Look:
    units = Units(scope.by, scope.meant)
    return Look(scope, units, frozenset(units.by_pk))


def check(reading: Reading, look: Look) -> None:
    """The union, the document with what it says about its holder, the order of days."""
    values = reading.values
    _check_unit(reading, look)
    _check_document(reading, look)
    _check_standing(reading)
    birth, hired = values.get("birth_date"), values.get("hired_on")
    if birth and hired and hired.year - birth.year < 14:
        reason = _("入校时才 %(n)d 岁，出生日期是 %(birth)s") % {
            "n": hired.year - birth.year,
            "birth": birth.isoformat(),
        }
        reading.wrong("hired_on", reason, _("核对年份"))


def _check_standing(reading: Reading) -> None:
    values = reading.values
    gone, left, joined = values.get("standing") in GONE, values.get("left_on"), values.get("joined_on")
    if left and not gone:
        reading.wrong("left_on", _("有退休离会日期，会籍没写退休或离会"), _("会籍选退休或离会，或清空这一格"))
    elif left and joined and left < joined:
        reading.wrong("left_on", _("比入会日期 %(day)s 早") % {"day": joined.isoformat()}, _("核对年份"))
    if values.get("standing") == Membership.Left.RETIRE:
        values["personnel"] = Member.Personnel.RETIRED.value


def _check_unit(reading: Reading, look: Look) -> None:
    name = reading.values.get("unit")
    own = look.scope.organization
    if name is None and "unit" not in reading.row.cells:
        # a school's own roster needs no such column; a district's does
        if own.kind in SEVERAL:
            reading.wrong("unit", _("“所在工会”没有填"), _("写学校工会的名称或编号"))
        else:
            reading.values["unit"], reading.values["unit_name"] = own.pk, own.name
        return
    if name is None:
        return
    try:
        unit = look.unit(name)
    except Refused as refusal:
        near = getattr(refusal, "near", 0)
        reading.wrong("unit", str(refusal), _("写成门户里的名称，或填它的编号"), near=near)
    else:
        reading.values["unit"], reading.values["unit_name"] = unit.pk, unit.name


def _check_document(reading: Reading, look: Look) -> None:
    values = reading.values
    number = values.get("document_number")
    if number is None:
        return
    try:
        paper = idcard.read_document(number, values.setdefault("document", idcard.RESIDENT), look.today)
    except Refused as refusal:
        reading.wrong("document_number", str(refusal), _("照证件重填；不是居民身份证的，先选证件类别"))
        return
    values["document_number"] = paper.number
    index = look.index(paper.number)
    if index in look.seen:
        reason = _("和 %(place)s 是同一个证件号") % {"place": look.seen[index]}
        reading.wrong("document_number", reason, _("同一个人留一行"), value=text.mask_id(paper.number))
    else:
        look.seen[index] = reading.place
    _compare_document(reading, paper)


def _compare_document(reading: Reading, paper: idcard.Document) -> None:
    """Sex and birth date are taken from the number; what the sheet says otherwise is an error at that cell."""
    values = reading.values
    if paper.birth and values.setdefault("birth_date", paper.birth) != paper.birth:
        reading.wrong("birth_date", str(_DIFFERENT) % {"real": paper.birth.isoformat()}, _("清空这一格，按证件号填"))
    sex = paper.sex.lower()
    if sex and values.setdefault("sex", sex) != sex:
        reading.wrong("sex", str(_DIFFERENT) % {"real": SEXES[sex]}, _("清空这一格，按证件号填"))


# ── what is there ──


def match(rows: Sequence[Values], look: Look) -> list[Found]:
    """Who is registered with these documents, who has the same name and birthday: five queries, however many rows."""
    indexes = [look.index(values["document_number"]) for values in rows]
    same = set() if look.scope.lock else _unchanged(rows, indexes, look)
    known = _known(rows, [index for index in indexes if index not in same], look)
    if look.scope.lock:
        # what the user decides about was told at the check; now it only counts whether the rows are still the same
        return [_again(values, known.get(index), look) for values, index in zip(rows, indexes, strict=True)]
    ids = [member.pk for member in known.values()]
    edits = by_hand(Member, EDITS, ids, look.scope.as_of)
    stays = Membership.objects.filter(member__in=ids, left_on__isnull=True).values_list("member_id", "joined_on")
    joined = dict(stays)
    strangers = [v for v, index in zip(rows, indexes, strict=True) if index not in known and index not in same]
    twins = _twins(strangers, look)
    found = []
    for values, index in zip(rows, indexes, strict=True):
        member = known.get(index)
        if index in same:
            found.append(UNCHANGED)
        elif member is None:
            found.append(_stranger(values, twins))
        else:
            found.append(_compare(values, member, look, edits.get(member.pk), joined.get(member.pk)))
    return found


def _known(rows: Sequence[Values], indexes: list[str], look: Look) -> dict[str, Member]:
    """Whole members by the index of their document; locked when they are about to be written."""
    turning = look.ring.index_old is not None
    anyhow = [i for v in rows for i in crypto.blinds(v["document_number"], "document")] if turning else indexes
    if not anyhow:
        return {}
    people = Member.objects.filter(document_index__in=anyhow).select_related("organization")
    if look.scope.lock:
        people = people.select_for_update(of=("self",)).order_by("pk")
    # by the number itself: while the index changes its key, a row may still lie under the old one
    return {look.index(one.document_number) if turning else one.document_index: one for one in people}


def _unchanged(rows: Sequence[Values], indexes: list[str], look: Look) -> set[str]:
    """The indexes of those whom the portal has exactly as the sheet says, told without making members of them."""
    if look.ring.index_old is not None:
        return set()
    people = Member.objects.filter(document_index__in=indexes, merged_into__isnull=True)
    there = {one[0]: one[1:] for one in people.values_list("document_index", "organization", "active", *UPDATABLE)}
    same = set()
    for values, index in zip(rows, indexes, strict=True) if there else ():
        one = there.get(index)
        if one is None or one[0] not in look.tree:
            continue
        gone = values.get("standing") in GONE
        if one[1] is gone or (not gone and one[0] != values["unit"]):
            continue
        if all(values.get(name) in (None, "", old) for name, old in zip(UPDATABLE, one[2:], strict=True)):
            same.add(index)
    return same


def _again(values: Values, member: Member | None, look: Look) -> Found:
    return _compare(values, member, look, None, None) if member else Found()


def _twins(rows: list[Values], look: Look) -> dict[tuple[str, datetime.date], Member]:
    """Registered people of the same name and birthday, among those this actor may see."""
    born = {(values["name"], values["birth_date"]) for values in rows if values.get("birth_date")}
    if not born:
        return {}
    keys = {pinyin.keys(name)[0] for name, _birth in born}
    seen = Member.objects.visible_to(look.scope.by).filter(pinyin__in=keys, birth_date__in={day for _n, day in born})
    people = seen.filter(active=True).only("name", "birth_date", "organization__name").select_related("organization")
    return {(member.name, member.birth_date): member for member in people if (member.name, member.birth_date) in born}


def _stranger(values: Values, twins: dict[tuple[str, datetime.date], Member]) -> Found:
    twin = twins.get((values["name"], values.get("birth_date")))  # type: ignore[arg-type]
    if twin is None:
        return Found()
    told = _("%(unit)s有同名、同生日的人，证件不同，可能是两个人") % {"unit": twin.organization.name}
    return Found(conflicts=[Conflict(told, (ALL,))])


def _compare(
    values: Values, member: Member, look: Look, edit: tuple[datetime.datetime, set[str]] | None, joined: Any
) -> Found:
    found = Found(member)
    if member.merged_into_id:
        told = _("这个证件号的登记已并成另一个人")
        found.problems.append(("document_number", told, _("照现在的证件填，或删掉这一行")))
        return found
    unit: Unit = look.units.by_pk[values["unit"]]
    if member.organization_id not in look.tree:
        return _foreign(found, member, unit, values)
    for name, label in UPDATABLE.items():
        new, old = values.get(name), getattr(member, name)
        if new not in (None, "") and new != old:
            found.changes.append(Change(name, label, shown(name, old), shown(name, new)))
    if values.get("standing") in GONE:
        if member.active:
            found.changes.append(Change("active", "会籍", _("在会"), STANDINGS[values["standing"]]))
    elif unit.pk != member.organization_id:
        found.changes.append(Change("organization", "单位", member.organization.name, unit.name))
        if joined and joined > look.scope.as_of:
            told = _("%(day)s 才转入%(unit)s，比表格新") % {
                "day": days.short_date(joined),
                "unit": member.organization.name,
            }
            found.conflicts.append(Conflict(told, ("organization",)))
    if not member.active and values.get("standing") not in GONE:
        found.changes.append(Change("active", "会籍", _("不在会"), _("在会")))
        found.conflicts.append(Conflict(_("登记过离会或退休，表格里还有"), (ALL,)))
    if values["name"] != member.name:
        told = _("证件相同，姓名不同：门户里是%(old)s，表格里是%(new)s") % {"old": member.name, "new": values["name"]}
        found.conflicts.append(Conflict(told, ("name",)))
    changed = {change.field for change in found.changes}
    newer = [name for name in UPDATABLE if edit and name in edit[1] & changed]
    if edit and newer:
        found.conflicts.append(Conflict(edited_text(edit[0], [UPDATABLE[name] for name in newer]), tuple(newer)))
    return found


def _foreign(found: Found, member: Member, unit: Unit, values: Values) -> Found:
    """Somebody of another union: what is registered there about the person is not shown here."""
    name = member.organization.name
    if values.get("standing") in GONE:
        told = _("现在在%(unit)s，离会归那边办") % {"unit": name}
        found.problems.append(("standing", told, _("删掉这一行")))
        return found
    told = _("已在%(unit)s，用表格的就是转会") % {"unit": name}
    if values["name"] != member.name:
        told += _("；姓名和那边登记的不同")
    found.changes.append(Change("organization", "单位", name, unit.name))
    found.conflicts.append(Conflict(told, (ALL,)))
    return found


def shown(name: str, value: Any) -> str:
    """A value as the preview shows it: words for codes, masks for what is protected."""
    if value in (None, ""):
        return "—"
    if name in MASKS:
        return MASKS[name](value)
    return WORDS[name].get(value, value) if name in WORDS else str(value)


def label(values: Values) -> str:
    return values.get("name", "")
