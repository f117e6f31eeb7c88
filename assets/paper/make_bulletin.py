"""Makes ``bulletin.docx``, the editable 通报 that ``programs.views.bulletins`` fills.

Run it after changing the paper:

python assets/paper/make_bulletin.py
"""

from pathlib import Path

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm
from make_entry_form import BODY, TITLE, font, line, marker, table

WIDTHS = (66, 26, 16, 40, 16)
HEADS = ("单位", "类别", "名额", "进度", "已催")
CELLS = ("{{ line.name }}", "{{ line.kind }}", "{{ line.places }}", "{{ line.stage }}", "{{ line.reminded }}")
LEAD = "截至 {{ as_of }}，应报送 {{ units }} 家，已报送 {{ reported }} 家；下列 {{ late }} 家尚未报送。"


def paragraph(document, text: str, size: float, name: str = BODY, at: int = WD_ALIGN_PARAGRAPH.LEFT) -> None:
    made = document.add_paragraph()
    made.alignment = at
    font(made.add_run(text), size, name)


def main() -> None:
    document = Document()
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(23)
    title = "关于{{ title }}报送情况的通报（第 {{ number }} 次）"
    paragraph(document, title, 20, TITLE, WD_ALIGN_PARAGRAPH.CENTER)
    paragraph(document, LEAD, 14)
    made = table(document, WIDTHS)
    line(made, WIDTHS, HEADS, 8)
    marker(made, "{%tr for line in lines %}")
    line(made, WIDTHS, CELLS, 8)
    marker(made, "{%tr endfor %}")
    paragraph(document, "{{ owner }}", 14, BODY, WD_ALIGN_PARAGRAPH.RIGHT)
    document.save(str(Path(__file__).with_name("bulletin.docx")))


if __name__ == "__main__":
    main()
