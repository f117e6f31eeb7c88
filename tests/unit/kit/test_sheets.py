"""Reader and writer together: templates, results, heads, notes, limits."""

import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest

from portal.kit.refusal import Refused
from portal.kit.sheets_guard import Limits, column_letter, column_number
from portal.kit.sheets_read import Column, SheetError, open_book
from portal.kit.sheets_write import Col, safe_text, sheet_name, write_result, write_table, write_template
from tests.corpus.sheets import CASES
from tests.corpus.workbook import book, head_row, inline, person, row

COLUMNS = (
    Column("name", "姓名", required=True),
    Column("id_number", "证件号", aliases=("身份证号", "身份证号码")),
    Column("phone", "手机号"),
    Column("hired", "入职日期"),
)


def save(tmp_path: Path, content: bytes, name: str = "x.xlsx") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def read(path: Path, **limits: int) -> tuple[list, list, list]:
    """(rows, problems, notes)."""
    with open_book(path, path.name, Limits(**limits)) as opened:
        table = opened.table(COLUMNS)
        return list(table.rows()), table.problems, [*opened.notes, *table.notes]


def case(tmp_path: Path, name: str) -> Path:
    found = next(case for case in CASES if case.name == name)
    return save(tmp_path, found.build(), found.file)


def test_rows_say_where_they_are(tmp_path):
    rows, _, _ = read(case(tmp_path, "heads_in_another_order"))
    assert rows[0].number == 2
    assert rows[0].cells["name"].ref == "D2"
    assert rows[0].sheet == "花名册"
    assert rows[0].text("hired") == "方心宜"


def test_heads_by_alias_star_and_hint(tmp_path):
    heads = ("*姓名", " 身份证 号码（18位）", "手机号：")
    rows, problems, _ = read(save(tmp_path, book(head_row(heads=heads) + person(2))))
    assert set(rows[0].cells) == {"name", "id_number", "phone"}
    assert not problems


def test_a_missing_head_is_a_problem_and_an_unknown_one_a_note(tmp_path):
    _, problems, notes = read(save(tmp_path, book(head_row(heads=("性名", "证件号", "手机号")) + person(2))))
    assert problems[0].message == "缺少表头“姓名”，这一列必须有"
    assert problems[0].cell == "A1"
    assert any("“性名”（A1）不认识" in note and "是不是“姓名”" in note for note in notes)


def test_kinds_of_cells(tmp_path):
    (row_,), _, _ = read(case(tmp_path, "id_as_number"))
    assert row_.cells["id_number"].lossy
    assert row_.cells["id_number"].kind == "number"
    assert not row_.cells["phone"].lossy
    assert row_.text("phone") == "13812341234"
    assert row_.cells["hired"].value == date(2015, 9, 1)
    assert row_.text("hired") == "2015-09-01"
    (row_,), _, _ = read(case(tmp_path, "the_1904_calendar"))
    assert row_.text("hired") == "2015-09-01"


def test_leading_columns_without_anything(tmp_path):
    heads = "".join(inline(ref, text) for ref, text in (("C3", "姓名"), ("D3", "证件号")))
    content = book(row(3, heads) + row(5, inline("C5", "方心宜")))
    rows, _, _ = read(save(tmp_path, content))
    assert [(row_.number, row_.cells["name"].ref) for row_ in rows] == [(5, "C5")]


@pytest.mark.parametrize(
    "name", ["csv_utf8", "csv_bom", "csv_gbk", "csv_utf16", "csv_semicolons", "csv_full_width_commas"]
)
def test_csv_in_every_encoding(tmp_path, name):
    rows, problems, _ = read(case(tmp_path, name))
    assert rows[0].text("name") == "方心宜"
    assert rows[0].text("id_number") == "310101199001012042"
    assert not problems


def test_limits_count_while_reading(tmp_path):
    path = save(tmp_path, book(head_row() + "".join(person(n) for n in range(2, 60))))
    assert len(read(path)[0]) == 58
    with pytest.raises(SheetError, match="数据超过 10 行"):
        read(path, rows=10)
    with pytest.raises(SheetError, match="最多 60000 行、3 列"):
        read(save(tmp_path, book(head_row() + row(3, inline("XFD3", "x"))), "far.xlsx"), columns=3)
    with pytest.raises(SheetError, match="第 1 行有 4 列，最多 3 列"):
        read(path, columns=3)
    with pytest.raises(SheetError, match="展开后"):
        read(path, total=2_000)
    with pytest.raises(SheetError, match="最多 5 个"):
        read(path, cell=5)
    with pytest.raises(SheetError, match="MB"):
        read(path, file=100)


def test_the_template_can_be_read_back_and_its_example_is_no_row(tmp_path):
    path = tmp_path / "t.xlsx"
    many = tuple(f"第{n}教育工会" for n in range(200))
    columns = (
        Col("name", "姓名", required=True, hint="与身份证一致"),
        Col("id_number", "证件号"),
        Col("phone", "手机号", choices=("甲", "乙")),
        Col("hired", "入职日期", kind="date", choices=many),
    )
    write_template(path, columns, {"name": "方心宜", "id_number": "310101199001012042"}, ["一、只填白格。", "=1+1"])
    rows, problems, notes = read(path)
    assert (rows, problems) == ([], [])
    assert not [note for note in notes if "隐藏" in note], "our own hidden lists are no news"
    filled = openpyxl.load_workbook(path)
    page = filled.worksheets[0]
    assert page["A1"].value == "*姓名"
    assert page["A1"].comment.text == "与身份证一致"
    assert page["A2"].value == "【示例】方心宜"
    assert page["B2"].value == "310101199001012042"
    assert page.freeze_panes == "B2"
    rules = {str(rule.sqref): rule.formula1 for rule in page.data_validations.dataValidation}
    assert rules["C2:C5001"] == '"甲,乙"'
    assert rules["D2:D5001"] == "'_选项'!$A$1:$A$200"
    assert filled["_选项"].sheet_state == "hidden"
    assert filled["填写说明"]["A2"].value == "'=1+1"


def test_the_result_marks_what_is_wrong(tmp_path):
    path = tmp_path / "r.xlsx"
    columns = (Col("name", "姓名"), Col("id_number", "证件号"))
    rows = [
        ({"name": "方心宜", "id_number": "1"}, {"id_number": "证件号要 18 位，现在 1 位", "": "整行未导入"}),
        ({"name": "陆敏", "id_number": "2"}, {}),
    ]
    assert write_result(path, columns, rows) == 2
    page = openpyxl.load_workbook(path).active
    assert page["B2"].comment.text == "证件号要 18 位，现在 1 位"
    assert page["B2"].fill.fgColor.rgb.endswith("FBD5D5")
    assert page["B3"].comment is None
    assert page["C2"].value == "证件号：证件号要 18 位，现在 1 位；整行未导入"


def test_real_types_in_a_list(tmp_path):
    path = tmp_path / "l.xlsx"
    kinds = {"id": "text", "n": "int", "m": "money", "d": "date", "t": "datetime"}
    columns = tuple(Col(key, f"列{key}", kind) for key, kind in kinds.items())
    moment = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)
    values = {"id": "000123", "n": 5, "m": 800_001, "d": date(2026, 3, 1), "t": moment}
    odd = {"id": True, "n": "不详", "m": None, "d": "2026春", "t": ""}
    assert write_table(path, columns, [values, odd], title="名单", footer=["张三 2026-11-23 导出"]) == 2
    workbook = openpyxl.load_workbook(path)
    first = [cell.value for cell in workbook.worksheets[0][3]]
    assert first == ["000123", 5, 8000.01, datetime(2026, 3, 1), datetime(2026, 11, 24, 0, 30)]  # noqa: DTZ001
    assert [cell.value for cell in workbook.worksheets[0][4]] == ["是", "不详", None, "2026春", None]
    assert workbook.worksheets[1]["A1"].value == "张三 2026-11-23 导出"


def test_a_broken_off_list_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def rows():
        yield ["甲"]
        raise Refused("已取消")

    with pytest.raises(Refused):
        write_table(io.BytesIO(), (Col("a", "甲"),), rows())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1", "'=1"),
        (" ＝1", "' ＝1"),
        ("\t1", "'\t1"),
        ("甲=1", "甲=1"),
        ("a\0b\ud800", "ab"),
        ("", ""),
        ("<r>x</r>", "'<r>x</r>"),
    ],
)
def test_safe_text(text, written):
    assert safe_text(text) == written
    assert len(safe_text("字" * 40_000)) <= 32_767


def test_names():
    assert (
        sheet_name("三八[红旗]手:2026/名单?*很长很长很长很长很长很长很长很长")
        == "三八 红旗 手 2026 名单  很长很长很长很长很长很长很长"[:31]
    )
    assert sheet_name("''") == "数据"
    assert [column_letter(n) for n in (1, 26, 27, 60, 702, 703)] == ["A", "Z", "AA", "BH", "ZZ", "AAA"]
    assert all(column_number(column_letter(n)) == n for n in range(1, 2000))


def test_the_reader_never_opens_the_upload_itself(tmp_path):
    """The copy it opens holds the wanted parts only."""
    path = case(tmp_path, "zip_bomb_unread_part")
    assert any("media" in name for name in zipfile.ZipFile(path).namelist())
    assert read(path)[0]
