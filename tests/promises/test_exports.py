"""P-EXP1: no formula leaves us. Text of every kind goes through the writer and is read back by another library."""

import csv
import io
import re
import string
import zipfile

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from xlsxwriter.workbook import Workbook

from portal.kit.sheets_read import Column, open_book
from portal.kit.sheets_write import Col, write_result, write_table, write_template
from portal.ops.pytest_promises import FULL

pytestmark = pytest.mark.promise("P-EXP1")

EXAMPLES = 10_000 if FULL else 300
BATCH = 25  # texts per workbook: opening and closing a workbook is what costs time
COLUMNS = (Col("name", "姓名"), Col("id", "证件号"), Col("note", "备注"))
STARTERS = "=+-@\t\r＝＋－＠"
COMPUTED = re.compile(r"[\t\r]|[\s\u200b-\u200d\u2060\ufeff]*[=+\-@＝＋－＠]")
INJECTION = '<r></is></c><c r="D2"><f>HYPERLINK("http://x","y")</f><v>0</v></c><c r="E2" t="inlineStr"><is></r>'

SETTINGS = settings(
    max_examples=EXAMPLES // BATCH,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
texts = st.one_of(
    st.text(max_size=40),
    st.builds("".join, st.lists(st.sampled_from([*STARTERS, *" \u3000\ufeff\u200b\n'\"1甲"]))),
    st.builds(lambda start, rest: start + rest, st.sampled_from(STARTERS), st.text(string.printable, max_size=20)),
    st.sampled_from(['=HYPERLINK("http://x","y")', "=cmd|' /C calc'!A0", "{=1+1}", "_x003D_1+1", INJECTION, "#N/A"]),
    st.from_regex(r"[1-9]\d{16}[\dX]", fullmatch=True),
)  # fmt: skip


def _read_back(raw: bytes) -> list[openpyxl.cell.Cell]:
    book = openpyxl.load_workbook(io.BytesIO(raw))
    return [cell for page in book for row in page.iter_rows() for cell in row if cell.value is not None]


def _formulas(cells: list[openpyxl.cell.Cell]) -> int:
    """Cells that Excel would compute, and text cells that it would once the list has been saved as CSV."""
    risky = (cell for cell in cells if isinstance(cell.value, str) and cell.data_type != "f")
    return sum(cell.data_type == "f" for cell in cells) + sum(bool(COMPUTED.match(cell.value)) for cell in risky)


def _as_list(rows: list[dict]) -> bytes:
    out = io.BytesIO()
    write_table(out, COLUMNS, rows, title=rows[0]["note"], footer=[rows[0]["note"]], sheet=rows[0]["name"])
    return out.getvalue()


def _as_result(rows: list[dict]) -> bytes:
    out = io.BytesIO()
    write_result(out, COLUMNS, ((row, {"name": row["note"], "": row["name"]}) for row in rows))
    return out.getvalue()


def _as_template(rows: list[dict]) -> bytes:
    out = io.BytesIO()
    words = tuple(dict.fromkeys(row["note"][:30] for row in rows if row["note"].strip()))
    columns = (Col("name", rows[0]["name"] or "甲", choices=words, hint=rows[0]["note"]), Col("note", "备注"))
    write_template(out, columns, rows[0], [row["note"] for row in rows])
    return out.getvalue()


@pytest.mark.parametrize("exporter", [_as_list, _as_result, _as_template])
def test_no_formula_leaves_us(exporter, figure):
    seen = {"texts": 0, "formulas": 0, "cells": 0}

    @settings(SETTINGS)
    @given(st.lists(texts, min_size=BATCH, max_size=BATCH))
    @example([INJECTION] * BATCH)
    @example([*["=1+1", "＝1", " =1", "\ufeff=1", "\t=1", "\r1", "@x", "-1", "+1", "'=1"], *[""] * (BATCH - 10)])
    def run(values: list[str]) -> None:
        cells = _read_back(exporter([{"name": text, "id": text, "note": text} for text in values]))
        seen["texts"] += len(values)
        seen["cells"] += len(cells)
        seen["formulas"] += _formulas(cells)
        assert not seen["formulas"], [(cell.coordinate, cell.value) for cell in cells if _formulas([cell])]

    run()
    figure(f"{exporter.__name__[1:]}: texts", seen["texts"], wanted=f"≥ {EXAMPLES}")
    figure(f"{exporter.__name__[1:]}: cells read back", seen["cells"], wanted="> 0")
    figure(f"{exporter.__name__[1:]}: cells Excel would compute", seen["formulas"], wanted="0")
    assert seen["texts"] >= EXAMPLES
    assert seen["cells"] > seen["texts"] / 2


def test_control_a_naive_writer_is_caught(figure):
    """Negative control: the same texts through openpyxl as it comes; the check above must see them."""
    book = openpyxl.Workbook()
    for text in ("=1+1", '=HYPERLINK("http://x","y")', "＝1", "@x", "甲"):
        book.active.append([text])
    out = io.BytesIO()
    book.save(out)
    found = _formulas(_read_back(out.getvalue()))
    figure("control: cells of a naive writer that are caught", found, wanted="4")
    assert found == 4


def test_control_rich_text_markup_would_write_cells(figure):
    """Negative control: XlsxWriter lets ``<r>…</r>`` through as markup; without our mark a name writes a formula."""
    out = io.BytesIO()
    with Workbook(out, {"constant_memory": True, "strings_to_formulas": False}) as book:
        book.add_worksheet().write_string(1, 2, INJECTION)
    sheet = zipfile.ZipFile(io.BytesIO(out.getvalue())).read("xl/worksheets/sheet1.xml")
    figure("control: formulas injected through rich-text markup", sheet.count(b"<f>"), wanted="1")
    assert b"<f>HYPERLINK" in sheet
    ours = _as_list([{"name": INJECTION, "id": "", "note": ""}])
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(ours)).read("xl/worksheets/sheet1.xml")


def test_ids_stay_text_and_come_back_as_they_were(tmp_path, figure):
    path = tmp_path / "x.xlsx"
    ids = ["310101199001012042", "000123", "3.10101E+17", "-5", "=1+1", "+86 13812341234"]
    write_table(path, COLUMNS, [{"name": "甲", "id": number, "note": ""} for number in ids])
    cells = [cell for cell in _read_back(path.read_bytes()) if cell.column == 2][1:]
    assert {cell.data_type for cell in cells} == {"s"} or {cell.data_type for cell in cells} == {"inlineStr"}
    with open_book(path) as book:
        back = [row.text("id") for row in book.table([Column("name", "姓名"), Column("id", "证件号")]).rows()]
    figure("ids read back unchanged", sum(a == b for a, b in zip(ids, back, strict=True)), wanted=str(len(ids)))
    assert back == ids


def test_a_list_saved_as_csv_is_not_computed_either():
    cells = [cell.value for cell in _read_back(_as_list([{"name": "=1+1", "id": "@x", "note": "\t=2"}]))]
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    assert not any(COMPUTED.match(text) for text in next(csv.reader(io.StringIO(out.getvalue()))))
