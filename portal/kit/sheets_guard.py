"""What a spreadsheet must be before anything opens it, and a copy that holds nothing else.

The reader never sees the uploaded archive. Every member is inflated here under limits, looked through, and written into
a fresh archive; only that is opened. So a header that lies about its size, two members over each other, an entity in
the XML or a macro cannot reach the parser.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from portal.kit.refusal import Refused

_CHUNK = 1 << 20
_MB = 1 << 20


class SheetError(Refused):
    """The workbook as a whole cannot be taken; the text says why and, where it can, at which cell."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a workbook may be.

    50,000 rows of 20 columns written by Excel are 40 MB of XML, by our own writer 75 MB; hence more than the 20 MB per
    member that other zip uploads get. Measured: a file at these limits is read within 300 MB of memory.
    """

    file: int = 30 * _MB
    members: int = 200
    member: int = 100 * _MB
    total: int = 150 * _MB
    ratio: int = 100
    rows: int = 60_000
    columns: int = 60
    cell: int = 32_767
    cells: int = 1_500_000  # 50,000 rows of 30 columns
    texts: int = 1_000_000  # different ones, in the workbook's common store
    head_rows: int = 20  # title, hints and head above the data


LIMITS = Limits()
#: The roster of a whole city: 200,000 rows of 17 columns in one file, as large as the portal itself may be.
ROSTER = Limits(member=300 * _MB, total=350 * _MB, rows=200_000, cells=3_400_000)

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# The parts that carry values. A worksheet that the workbook's list looks for elsewhere is simply not there.
_WANTED = re.compile(
    r"^(\[content_types\]\.xml|_rels/\.rels|xl/_rels/workbook\.xml\.rels"
    r"|xl/(workbook|styles|sharedstrings)[^/]*\.xml|xl/worksheets/[^/]+\.xml)$",
    re.IGNORECASE,
)
_TAG = rb"<(?:\w+:)?"
_REF = rb"\br\s*=\s*[\"']"
_BLANK = re.compile(_TAG + rb"c\s[^>]*?(?:/>|></(?:\w+:)?c>)")
_NAMELESS = re.compile(_TAG + rb"c(?=[\s/>])(?![^>]*?" + _REF + rb"[A-Za-z]{1,3}\d)")
_FORMULA = re.compile(_TAG + rb"c\s[^>]*?" + _REF + rb"(\w+)[\"'][^>]*>\s*" + _TAG + rb"f[\s>/]")
_BROKEN = re.compile(_TAG + rb"c\s(?=[^>]*?\bt\s*=\s*[\"']e[\"'])[^>]*?" + _REF + rb"(\w+)[\"']")
_HIDDEN = rb"\bhidden\s*=\s*[\"'](?:1|true)[\"']"
_HIDDEN_ROW = re.compile(_TAG + rb"row\s(?=[^>]*?" + _HIDDEN + rb")[^>]*?" + _REF + rb"(\d+)[\"']")
_HIDDEN_COLUMN = re.compile(_TAG + rb"col\s[^>]*?" + _HIDDEN)


@cache
def _places(rows: int) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """A cell as programs write it, up to column BH and well within so many rows; and the place of one that is not."""
    first, more = int(str(rows)[0]), len(str(rows)) - 1
    low = rb"|[1-%d]\d{%d}" % (first - 1, more) if first > 1 else b""
    place = rb"(?:[A-Z]|A[A-Z]|B[A-H])(?:[1-9]\d{0,%d}%s)" % (more - 1, low)
    near = rb'<c r="' + place + rb'"(?: s="\d+")?(?: t="\w+")?/?>'
    outside = rb"[A-Za-z]{3}\d|[C-Zc-z][A-Za-z]\d|[Bb][I-Zi-z]\d"
    far = _REF + rb"(?=%s|[A-Za-z]+(?:[%d-9]\d{%d}|\d{%d}))([A-Za-z]+)(\d+)" % (outside, first, more, more + 2)
    return re.compile(near), re.compile(far)


@dataclass(slots=True)
class Seen:
    """What the look through one worksheet found: shown to the user, because the reader itself passes over it."""

    formulas: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    hidden_rows: list[str] = field(default_factory=list)
    hidden_columns: int = 0
    cells: int = 0
    texts: int = 0


def column_number(letters: str) -> int:
    """A -> 1, AA -> 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def column_letter(number: int) -> str:
    """1 -> A, 27 -> AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def kind_of(path: Path, name: str, limits: Limits = LIMITS) -> str:
    """``xlsx`` or ``csv``, by content; anything else is refused with the way out."""
    size = path.stat().st_size
    if not size:
        raise SheetError(_("文件是空的（0 字节）"))
    if size > limits.file:
        raise SheetError(
            _("文件有 %(size).1f MB，最多 %(limit)d MB，请拆成几个文件")
            % {"size": size / _MB, "limit": limits.file // _MB}
        )
    with path.open("rb") as stream:
        head = stream.read(4096)
    if head.startswith(_OLE):
        raise SheetError(_("这是旧版 .xls，或者加了打开密码的工作簿。请去掉密码，另存为“Excel 工作簿 (*.xlsx)”再上传"))
    if head.startswith(b"PK"):
        return "xlsx"
    suffix = Path(name or path.name).suffix.lower()
    if suffix in {".xlsx", ".xlsm", ".xls", ".et", ".ods", ".numbers"}:
        raise SheetError(
            _("文件名是 %(suffix)s，内容却不是 Excel 工作簿，可能已损坏或只是改了扩展名") % {"suffix": suffix}
        )
    if suffix not in {".csv", ".txt", ".tsv"}:
        raise SheetError(_("只能上传 .xlsx 或 .csv 文件"))
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<" or head.startswith(
        (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"MZ")
    ):
        raise SheetError(_("内容不是表格文字，请确认选对了文件"))
    return "csv"


def clean_copy(path: Path, target: BinaryIO, limits: Limits = LIMITS) -> dict[str, Seen]:
    """Check the archive and write the parts a reader needs into ``target``; what was seen, by worksheet member."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check_listing(archive, limits)
            return _copy(archive, target, limits)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        OverflowError,
        ValueError,
        OSError,
    ) as broken:
        if isinstance(broken, OSError) and broken.errno is not None:
            raise
        raise SheetError(_("文件不完整或已损坏，打不开。请用 Excel 打开后另存为 .xlsx 再上传")) from None


def check_names(archive: zipfile.ZipFile) -> None:
    """Rules for any zip-based upload: no encryption, no path that leaves the folder, no member twice."""
    names: set[str] = set()
    for member in archive.infolist():
        name = member.orig_filename.replace("\\", "/")
        if member.flag_bits & 0x1:
            raise SheetError(_("文件加了密码，请去掉密码后再上传"))
        if name.startswith("/") or ":" in name or ".." in name.split("/") or "\0" in name:
            raise SheetError(_("文件里有越出目录的路径，不予接收"))
        if name.lower() in names:
            raise SheetError(_("文件里有两个同名的部分，不予接收"))
        names.add(name.lower())


def _check_listing(archive: zipfile.ZipFile, limits: Limits) -> None:
    members = archive.infolist()
    if len(members) > limits.members:
        raise SheetError(
            _("文件里有 %(n)d 个部分，最多 %(limit)d 个，不像普通的工作簿")
            % {"n": len(members), "limit": limits.members}
        )
    check_names(archive)
    names = {member.filename.lower() for member in members}
    if any("vbaproject" in name or name.startswith(("xl/macrosheets", "xl/dialogsheets")) for name in names):
        raise SheetError(_("工作簿带有宏，不予接收。请另存为不带宏的“Excel 工作簿 (*.xlsx)”"))
    if "xl/workbook.bin" in names:
        raise SheetError(_("这是二进制工作簿 .xlsb，请另存为“Excel 工作簿 (*.xlsx)”再上传"))
    if "xl/workbook.xml" not in names or "[content_types].xml" not in names:
        raise SheetError(_("压缩包里没有 Excel 工作簿，请确认选对了文件"))


def _copy(archive: zipfile.ZipFile, target: BinaryIO, limits: Limits) -> dict[str, Seen]:
    seen: dict[str, Seen] = {}
    total = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as clean:
        for member in archive.infolist():
            if not _WANTED.match(member.filename):
                continue
            sheet = seen.setdefault(member.filename, Seen())
            with clean.open(member.filename, "w") as copy:
                for block in _blocks(archive, member, limits):
                    total += len(block)
                    if total > limits.total:
                        raise SheetError(
                            _("文件展开后超过 %(limit)d MB，请拆成几个文件") % {"limit": limits.total // _MB}
                        )
                    _refuse_dangerous(block)
                    _look(block, sheet, limits)
                    copy.write(block)
    return seen


def _blocks(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limits: Limits) -> Iterator[bytes]:
    """The member's content in pieces that end at a ``>``, so that no tag is cut in two."""
    size, rest = 0, b""
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > limits.member or size > limits.ratio * max(member.compress_size, 2048):
                raise SheetError(
                    _("文件展开后大得不正常（压缩包炸弹，或很多行只有格式没有内容）。请把数据复制到新的工作簿再上传")
                )
            if size == len(chunk):
                _refuse_encoding(chunk)
            rest += chunk
            cut = rest.rfind(b">") + 1
            if cut:
                yield rest[:cut]
                rest = rest[cut:]
    if rest:
        yield rest


def _refuse_encoding(head: bytes) -> None:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head[:64]:
        raise SheetError(_("工作簿内部不是 UTF-8 编码，不予接收。请用 Excel 打开后另存为 .xlsx"))


def _refuse_dangerous(block: bytes) -> None:
    if b"<!" in block and re.search(rb"<!\s*(?:DOCTYPE|ENTITY)", block, re.IGNORECASE):
        raise SheetError(_("工作簿内部带有外部定义（DOCTYPE），不予接收。请用 Excel 打开后另存为 .xlsx"))


def _look(block: bytes, seen: Seen, limits: Limits) -> None:
    """Refuse a cell far outside or of unknown place; note what the reader passes over.

    The reader reserves memory for the whole rectangle up to the last cell, so one value in XFD1048576 would be its end.
    Blank cells out there (a format on whole columns) are harmless and common.
    """
    near, far = _places(max(limits.rows, LIMITS.rows))
    cells = len(near.findall(block))
    # one pattern for the cells of every common program; only where it leaves a tag over is there more to look for
    if cells != block.count(b"<c") + block.count(b":c"):
        if far.search(block):
            for letters, row in far.findall(_BLANK.sub(b"", block)):
                _refuse_far(letters.decode(), int(row), limits)
        if _NAMELESS.search(block):
            raise SheetError(_("工作簿里有没写明位置的单元格，无法可靠读取。请用 Excel 打开后另存为 .xlsx 再上传"))
        cells = block.count(b"<c ") + block.count(b":c ")
    seen.cells += cells
    if b"si" in block:
        seen.texts += block.count(b"<si>") + block.count(b"<si ") + block.count(b":si>")
    if seen.cells > limits.cells or seen.texts > limits.texts:
        raise SheetError(_("表里超过 %(n)d 万个单元格，请删去多余的列，或拆成几个文件") % {"n": limits.cells // 10_000})
    if b":f" in block or b"<f" in block:
        seen.formulas += [ref.decode() for ref in _FORMULA.findall(block)]
    if b'"e"' in block or b"'e'" in block:
        seen.broken += [ref.decode() for ref in _BROKEN.findall(block)]
    if b"hidden" in block:
        seen.hidden_rows += [row.decode() for row in _HIDDEN_ROW.findall(block)]
        seen.hidden_columns += len(_HIDDEN_COLUMN.findall(block))


def _refuse_far(letters: str, row: int, limits: Limits) -> None:
    if column_number(letters) <= limits.columns and row <= limits.rows + limits.head_rows:
        return
    raise SheetError(
        _("%(cell)s 有内容，一个文件最多 %(rows)d 行、%(columns)d 列（到 %(last)s 列），请删去多余的，或拆成几个文件")
        % {
            "cell": f"{letters}{row}",
            "rows": limits.rows,
            "columns": limits.columns,
            "last": column_letter(limits.columns),
        }
    )
