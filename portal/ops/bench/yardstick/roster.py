"""A made-up roster as a workbook, written as plain XML: no library, so that neither side's own writer is measured.

Its people bear numbers of a region and family names that no seeded city has, so that all of them are new.
"""

import datetime
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape

HEADS = (
    "姓名", "所在工会", "证件类别", "证件号码", "性别", "出生日期", "政治面貌", "职称", "职务", "干部级别", "人员类别",
    "入校日期", "入会日期", "手机", "工会卡或银行卡号",
)  # fmt: skip
FAMILIES, GIVEN = "甄茅庞纪舒屈项祝阮蓝闵席季麻强骆凌霍虞柯", "敏芳秋萍丽华文娟佩珍晓岚雪莲若琳海棠思源伟强磊军洋勇艳杰"
PARTIES, TITLES = (
    ("中共党员", "群众", "共青团员", "民主党派"),
    ("中学高级教师", "一级教师", "二级教师", "讲师", "副教授"),
)
POSITIONS = ("数学教研组长", "班主任", "教师", "年级组长", "图书馆馆员")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
#: Each region holds five hundred of either sex on every birthday.
REGION, EACH = "310230", 500
_SPACE = "http://schemas.openxmlformats.org"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_SPACE}/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_SPACE}/package/2006/relationships"><Relationship Id="r1"'
    f' Type="{_SPACE}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_SPACE}/spreadsheetml/2006/main"'
    f' xmlns:r="{_SPACE}/officeDocument/2006/relationships">'
    '<sheets><sheet name="会员" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_SPACE}/package/2006/relationships"><Relationship Id="r1"'
    f' Type="{_SPACE}/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def _number(n: int, birth: datetime.date, woman: bool) -> str:
    body = f"{REGION}{birth:%Y%m%d}{n % EACH * 2 + (not woman):03d}"
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, WEIGHTS, strict=True)) % 11]


def people(count: int, units: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Rows of a roster, the people of a union one below the other. The same at every run."""
    dice = Random(2026)
    for n in range(count):
        place = n // EACH
        birth = datetime.date(1965 + place % 31, place // 31 % 12 + 1, place // 372 % 28 + 1)
        hired, woman = datetime.date(birth.year + 24 + n % 6, 7, 1).isoformat(), dice.random() < 0.68
        yield (
            dice.choice(FAMILIES) + dice.choice(GIVEN) + dice.choice(GIVEN), units[n * len(units) // count],
            "居民身份证", _number(n, birth, woman), "女" if woman else "男", birth.isoformat(), dice.choice(PARTIES),
            dice.choice(TITLES), dice.choice(POSITIONS), "非领导职务", "在编", hired, hired, f"139{n:08d}", "",
        )  # fmt: skip


def write(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """A workbook of one sheet whose cells are texts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as book:
        for name, text in _PARTS.items():
            book.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
        with book.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(f'<worksheet xmlns="{_SPACE}/spreadsheetml/2006/main"><sheetData>'.encode())
            for number, row in enumerate(chain([HEADS], rows), 1):
                cells = "".join(
                    f'<c r="{chr(65 + at)}{number}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
                    for at, text in enumerate(row)
                    if text
                )
                sheet.write(f'<row r="{number}">{cells}</row>'.encode())
            sheet.write(b"</sheetData></worksheet>")
