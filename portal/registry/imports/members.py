"""The roster: its columns, and how a row is read."""

import datetime
import re
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.kit import crypto, days, idcard, text
from portal.kit.refusal import Refused
from portal.registry.imports import cells
from portal.registry.imports.spec import Field, Reading, Scope, Values
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


def label(values: Values) -> str:
    return values.get("name", "")
