"""Workbooks written by hand, part by part, to hold what no library would write."""

import io
import zipfile
from collections.abc import Mapping

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
HEADS = ("姓名", "证件号", "手机号", "入职日期")


def inline(ref: str, text: str, more: str = "") -> str:
    return f'<c r="{ref}" t="inlineStr"{more}><is><t xml:space="preserve">{text}</t></is></c>'


def row(number: int, cells: str, more: str = "") -> str:
    return f'<row r="{number}"{more}>{cells}</row>'


def head_row(number: int = 1, heads: tuple[str, ...] = HEADS) -> str:
    return row(number, "".join(inline(f"{'ABCDEFGH'[at]}{number}", head) for at, head in enumerate(heads)))


def person(number: int, name: str = "方心宜") -> str:
    values = (name, "310101199001012042", "13812341234", "2015-09-01")
    return row(number, "".join(inline(f"{'ABCD'[at]}{number}", value) for at, value in enumerate(values)))


def sheet(body: str, before: str = "", after: str = "", root: str = "") -> bytes:
    return f'{HEAD}<worksheet xmlns="{MAIN}"{root}>{before}<sheetData>{body}</sheetData>{after}</worksheet>'.encode()


def parts(
    sheets: Mapping[str, bytes], states: Mapping[str, str] | None = None, extra_book: str = ""
) -> dict[str, bytes]:
    """The members of a workbook with these sheets, by sheet name."""
    states = states or {}
    listed = "".join(
        f'<sheet name="{name}" sheetId="{at}" r:id="rId{at}" state="{states.get(name, "visible")}"/>'
        for at, name in enumerate(sheets, start=1)
    )
    links = "".join(
        f'<Relationship Id="rId{at}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at in range(1, len(sheets) + 1)
    )
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{at}.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        for at in range(1, len(sheets) + 1)
    )
    book = f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{extra_book}<sheets>{listed}</sheets></workbook>'
    members = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        f"{types}</Types>",
        "_rels/.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": book,
        "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>',
    }
    found = {name: text.encode() for name, text in members.items()}
    found |= {f"xl/worksheets/sheet{at}.xml": body for at, body in enumerate(sheets.values(), start=1)}
    return found


def pack(members: Mapping[str, bytes] | list[tuple[str, bytes]], level: int = 6) -> bytes:
    out = io.BytesIO()
    pairs = members.items() if isinstance(members, Mapping) else members
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in pairs:
            archive.writestr(name, content)
    return out.getvalue()


def book(body: str, level: int = 6) -> bytes:
    """A workbook of one sheet with this sheet data. Level 0 keeps it from looking like a bomb."""
    return pack(parts({"花名册": sheet(body)}), level)


def with_member(name: str, content: bytes = b"x", level: int = 6) -> bytes:
    """A good workbook with one more member, or with one replaced."""
    members = parts({"花名册": sheet(head_row() + person(2))})
    members[name] = content
    return pack(members, level)


def good() -> bytes:
    return book(head_row() + person(2) + person(3, "陆敏"))
