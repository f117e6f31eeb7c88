"""Malformed and merely odd spreadsheets: what the reader must answer with rows or with a reason in Chinese."""

import io
import struct
from collections.abc import Callable, Iterator
from datetime import date

import openpyxl

from tests.corpus import sheets_csv  # noqa: F401 - its cases register themselves
from tests.corpus.cases import CASES, EITHER, REFUSED, ROWS, Case
from tests.corpus.cases import case as _case
from tests.corpus.cases import short as _short
from tests.corpus.workbook import (
    HEAD,
    HEADS,
    MAIN,
    book,
    good,
    head_row,
    inline,
    pack,
    parts,
    person,
    row,
    sheet,
    with_member,
)  # fmt: skip

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
X = "名单.xlsx"
BASE = head_row() + person(2)

# ---------------------------------------------------------------- cells far away, rows without end
_short("far_cell", X, lambda: book(BASE + row(1048576, inline("XFD1048576", "x"))), REFUSED, "XFD1048576")
_short("far_column", X, lambda: book(BASE + row(3, inline("BI3", "x"))), REFUSED, "BI3")
_short("far_row", X, lambda: book(BASE + row(1048576, inline("A1048576", "x"))), REFUSED, "A1048576")
_short("far_small_letters", X, lambda: book(BASE + row(1048576, inline("xfd1048576", "x"))), REFUSED, "xfd1048576")
_short("far_spaced", X, lambda: book(BASE + '<row r="3"><c  r = "XFD3" ><v>1</v></c></row>'), REFUSED, "XFD3")
_short("far_single_quotes", X, lambda: book(BASE + "<row r='3'><c r='XFD3'><v>1</v></c></row>"), REFUSED, "XFD3")
_short("far_behind_a_bracket", X, lambda: book(BASE + '<row r="3"><c x=">" r="XFD3"><v>1</v></c></row>'), REFUSED)
_short(
    "far_prefixed", X, lambda: book(BASE + f'<row r="3"><q:c xmlns:q="{MAIN}" r="XFD3"><v>1</v></q:c></row>'), REFUSED
)
_short("far_but_blank", X, lambda: book(BASE + '<row r="1048576"><c r="XFD1048576" s="0"/></row>'), ROWS)
_short(
    "cells_without_place", X, lambda: book(BASE + "<row>" + "<c><v>1</v></c>" * 16384 + "</row>", 0), REFUSED, "位置"
)
_short("rows_without_place", X, lambda: book("<row><c><v>1</v></c></row>" * 70_000, 0), REFUSED, "位置")
_short("sixty_one_columns", X, lambda: book(row(1, "".join(inline(_ref(n), "列") for n in range(1, 62)))), REFUSED)
_short("cell_in_row_zero", X, lambda: book(BASE + '<row r="0"><c r="A0"><v>1</v></c></row>'), EITHER)
_short("place_overflows", X, lambda: book(BASE + '<row r="9"><c r="A99999999999999999999"><v>1</v></c></row>'), REFUSED)
_short("place_is_nonsense", X, lambda: book(BASE + '<row r="x"><c r="#?"><v>1</v></c></row>'), REFUSED)


def _ref(number: int, line: int = 1) -> str:
    return f"{chr(64 + number) if number <= 26 else chr(64 + (number - 1) // 26) + chr(65 + (number - 1) % 26)}{line}"


@_case(X, REFUSED, "60000")
def rows_bomb() -> bytes:
    lines = (f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(2, 1_000_000))
    return book(head_row() + "".join(lines))


def _full(columns: int, rows: int) -> bytes:
    line = "".join(f'<c r="{_ref(n, 0)[:-1]}%d"><v>7</v></c>' for n in range(1, columns + 1))
    return book(head_row() + "".join(row(n, line % ((n,) * columns)) for n in range(2, rows + 2)), 1)


def _texts(number: int) -> bytes:
    texts = "".join(f"<si><t>工会{n:x}</t></si>" for n in range(number))
    return with_member("xl/sharedStrings.xml", f'{HEAD}<sst xmlns="{MAIN}">{texts}</sst>'.encode(), 1)


_short("too_many_cells", X, lambda: _full(60, 60_000), REFUSED, "万个单元格")
_short("too_many_texts", X, lambda: _texts(2_000_000), REFUSED, "万个单元格")
_short("as_many_cells_as_allowed", X, lambda: _full(25, 59_990), ROWS)
_short("as_many_texts_as_allowed", X, lambda: _texts(999_000), ROWS)


# ---------------------------------------------------------------- archives
_short("zip_bomb_sheet", X, lambda: with_member("xl/worksheets/sheet1.xml", b" " * 120_000_000), REFUSED, "炸弹")
_short("zip_bomb_text", X, lambda: with_member("xl/sharedStrings.xml", b"<t>a</t>" * 10_000_000), REFUSED, "炸弹")
_short("zip_bomb_unread_part", X, lambda: with_member("xl/media/image1.bin", b"\0" * 50_000_000), ROWS)
_short(
    "many_members", X, lambda: pack(parts({"a": sheet(BASE)}) | {f"x/{n}": b"" for n in range(300)}), REFUSED, "部分"
)
_short("zip_slip", X, lambda: with_member("../../etc/cron.d/x"), REFUSED, "路径")
_short("zip_slip_backslash", X, lambda: with_member("..\\..\\x"), REFUSED, "路径")
_short("absolute_path", X, lambda: with_member("/etc/passwd"), REFUSED, "路径")
_short("drive_path", X, lambda: with_member("C:/x"), REFUSED, "路径")
_short("truncated_half", X, lambda: good()[: len(good()) // 2], REFUSED, "不完整")
_short("truncated_end", X, lambda: good()[:-30], REFUSED, "不完整")
_short("only_pk", X, lambda: b"PK\x03\x04", REFUSED, "不完整")
_short("empty_file", X, lambda: b"", REFUSED, "0 字节")
_short("plain_zip", X, lambda: pack({"a.txt": b"hello"}), REFUSED, "没有 Excel")
_short("word_renamed", X, lambda: pack({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}), REFUSED)
_short("binary_workbook", X, lambda: pack({"[Content_Types].xml": b"<T/>", "xl/workbook.bin": b"\0"}), REFUSED, "xlsb")
_short("old_xls_renamed", X, lambda: _OLE + b"\0" * 4096, REFUSED, ".xls")
_short("encrypted_package", X, lambda: _OLE + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le"), REFUSED, "密码")
_short("picture_renamed", X, lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 64, REFUSED, "扩展名")
_short("web_page_renamed", "名单.xls", lambda: b"<html><table><tr><td>x</td></tr></table></html>", REFUSED, "扩展名")
_short("program", "名单.exe", lambda: b"MZ" + b"\0" * 64, REFUSED, ".xlsx")


@_case(X, REFUSED, "同名")
def two_members_of_one_name() -> bytes:
    members = list(parts({"a": sheet(BASE)}).items())
    return pack([*members, ("XL/workbook.xml", b"<workbook/>")])


@_case(X, REFUSED)
def flipped_byte() -> bytes:
    raw = bytearray(book(BASE + "".join(person(n) for n in range(3, 400))))
    at = raw.rindex(b"xl/worksheets/sheet1.xml", 0, raw.index(b"PK\x01\x02")) + 200
    raw[at] ^= 0xFF
    return bytes(raw)


@_case(X, REFUSED, "密码")
def encryption_flag() -> bytes:
    raw = bytearray(good())
    at = raw.index(b"PK\x01\x02")
    raw[at + 8] |= 1
    return bytes(raw)


@_case(X, REFUSED)
def lying_size() -> bytes:
    """The listing says 100 bytes; 40 MB come out of the deflate stream."""
    raw = bytearray(with_member("xl/worksheets/sheet1.xml", sheet(BASE + " " * 40_000_000)))
    at = 0
    while (at := raw.find(b"PK\x01\x02", at)) >= 0:
        length = struct.unpack_from("<H", raw, at + 28)[0]
        if raw[at + 46 : at + 46 + length] == b"xl/worksheets/sheet1.xml":
            struct.pack_into("<I", raw, at + 24, 100)
        at += 4
    return bytes(raw)


# ---------------------------------------------------------------- XML
_LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
_short(
    "doctype", X, lambda: with_member("xl/worksheets/sheet1.xml", f"<!DOCTYPE x>{MAIN}".encode()), REFUSED, "DOCTYPE"
)
_short("entities", X, lambda: with_member("xl/workbook.xml", f"{_LAUGHS}<workbook/>".encode()), REFUSED, "DOCTYPE")
_short(
    "utf16_xml", X, lambda: with_member("xl/workbook.xml", f"{_LAUGHS}<workbook/>".encode("utf-16")), REFUSED, "UTF-8"
)
_short("macro", X, lambda: with_member("xl/vbaProject.bin"), REFUSED, "宏")
_short("macro_elsewhere", X, lambda: with_member("customXml/vbaProject.bin"), REFUSED, "宏")
_short("macro_sheet", X, lambda: with_member("xl/macrosheets/sheet1.xml"), REFUSED, "宏")
_short("unclosed", X, lambda: with_member("xl/worksheets/sheet1.xml", sheet(BASE)[:-90]), EITHER)
_short("not_xml", X, lambda: with_member("xl/worksheets/sheet1.xml", b"\x01\x02 garbage <<<"), REFUSED)
_short("deep_xml", X, lambda: with_member("xl/worksheets/sheet1.xml", sheet("<x>" * 200_000), 0), EITHER)
_short("book_without_sheets", X, lambda: pack(parts({})), REFUSED)
_short("sheet_is_missing", X, lambda: _without("xl/worksheets/sheet1.xml"), REFUSED)
_short("links_are_missing", X, lambda: _without("xl/_rels/workbook.xml.rels"), REFUSED)
_short("string_out_of_range", X, lambda: book(BASE + '<row r="3"><c r="A3" t="s"><v>999999</v></c></row>'), EITHER)
_short("number_is_text", X, lambda: book(BASE + '<row r="3"><c r="A3"><v>abc</v></c></row>'), EITHER)
_short("number_is_endless", X, lambda: book(BASE + '<row r="3"><c r="A3"><v>1e999</v></c></row>'), EITHER)
_short("odd_type", X, lambda: book(BASE + '<row r="3"><c r="A3" t="zz"><v>1</v></c></row>'), EITHER)


def _without(name: str) -> bytes:
    members = parts({"花名册": sheet(BASE)})
    del members[name]
    return pack(members)


@_case(X, EITHER)
def dates_far_outside() -> bytes:
    formats = '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
    serials = enumerate(("1e15", "-5", "1e300"), start=3)
    lines = "".join(row(n, f'<c r="D{n}" s="1"><v>{value}</v></c>') for n, value in serials)
    members = parts({"花名册": sheet(BASE + lines)})
    members["xl/styles.xml"] = f'{HEAD}<styleSheet xmlns="{MAIN}">{formats}</styleSheet>'.encode()
    return pack(members)


# ---------------------------------------------------------------- what people really send


def _office(fill: Callable[[openpyxl.Workbook], None]) -> bytes:
    workbook = openpyxl.Workbook()
    workbook.active.title = "花名册"
    workbook.active.append(HEADS)
    fill(workbook)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


@_case(X, ROWS, "隐藏")
def hidden_sheet() -> bytes:
    def fill(workbook: openpyxl.Workbook) -> None:
        workbook.active.append(["方心宜"])
        workbook.create_sheet("底稿").sheet_state = "veryHidden"

    return _office(fill)


@_case(X, ROWS, "隐藏")
def hidden_rows_and_columns() -> bytes:
    def fill(workbook: openpyxl.Workbook) -> None:
        workbook.active.append(["方心宜", "x"])
        workbook.active.row_dimensions[2].hidden = True
        workbook.active.column_dimensions["B"].hidden = True

    return _office(fill)


@_case(X, ROWS, "合并")
def merged_cells() -> bytes:
    def fill(workbook: openpyxl.Workbook) -> None:
        workbook.active.append(["方心宜"])
        workbook.active.append(["陆敏"])
        workbook.active.merge_cells("B2:B3")

    return _office(fill)


@_case(X, ROWS, "公式")
def formula_without_result() -> bytes:
    return _office(lambda workbook: workbook.active.append(["方心宜", '=HYPERLINK("http://x","y")']))


_FORMULA = '<row r="3"><c r="A3" t="str"><f>"a"&amp;"b"</f><v>ab</v></c></row>'
_short("formula_with_result", X, lambda: book(BASE + _FORMULA), ROWS, "公式")
_short("error_values", X, lambda: book(BASE + '<row r="3"><c r="A3" t="e"><v>#N/A</v></c></row>'), ROWS, "错误值")


@_case(X, ROWS)
def id_as_number() -> bytes:
    return _office(
        lambda workbook: workbook.active.append(["方心宜", 310101198001010000, 13812341234, date(2015, 9, 1)])
    )


@_case(X, ROWS)
def dates_as_text_and_full_width() -> bytes:
    return _office(lambda workbook: workbook.active.append(["方 心 宜", "３１０１０１", "００１２", "2026.3.1"]))


@_case(X, ROWS)
def the_same_row_twice() -> bytes:
    def fill(workbook: openpyxl.Workbook) -> None:
        for _ in range(3):
            workbook.active.append(["方心宜", "310101199001012042"])

    return _office(fill)


@_case(X, ROWS)
def the_1904_calendar() -> bytes:
    def fill(workbook: openpyxl.Workbook) -> None:
        workbook.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
        workbook.active.append(["方心宜", "x", "y", date(2015, 9, 1)])

    return _office(fill)


_short("all_hidden", X, lambda: pack(parts({"a": sheet(BASE)}, {"a": "hidden"})), REFUSED, "表头")
_short("empty_sheet", X, lambda: book(""), REFUSED, "表头")
_short("only_heads", X, lambda: book(head_row()), ROWS)
_short("heads_in_another_order", X, lambda: book(head_row(heads=HEADS[::-1]) + person(2)), ROWS)
_short("wrong_heads", X, lambda: book(head_row(heads=("甲", "乙", "丙", "丁")) + person(2)), REFUSED, "表头")
_short("a_head_is_missing", X, lambda: book(head_row(heads=HEADS[1:]) + person(2)), ROWS, "缺少表头")
_short("an_unknown_head", X, lambda: book(head_row(heads=(*HEADS, "手机号码")) + person(2)), ROWS, "不认识")
_short("a_head_twice", X, lambda: book(head_row(heads=(*HEADS, "姓名")) + person(2)), ROWS, "两次")
_short("title_above", X, lambda: book(row(1, inline("A1", "教职工花名册")) + head_row(3) + person(4)), ROWS)
_short(
    "starred_heads",
    X,
    lambda: book(head_row(heads=("*姓名", "证件号（必填）", "手机号 ", "入职日期")) + person(2)),
    ROWS,
)
_short("a_megabyte_in_a_cell", X, lambda: book(BASE + row(3, inline("B3", "字" * 400_000)), 0), REFUSED, "B3")
_short("escaped_control_signs", X, lambda: book(BASE + row(3, inline("A3", "a_x0007_b_x0000_"))), EITHER)
_short("markup_in_names", X, lambda: book(BASE + row(3, inline("A3", "&lt;script&gt;&amp;&#x10FFFD;"))), ROWS)


def files() -> Iterator[tuple[Case, bytes]]:
    """Each case with its bytes, built one at a time."""
    for case in CASES:
        yield case, case.build()
