"""Makes ``entry_form.docx``, the editable 推荐审批表 that ``programs.views.papers`` fills.

Run it after changing the form:

python assets/paper/make_entry_form.py
"""

from pathlib import Path

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

BODY, TITLE = "仿宋", "方正小标宋简体"


def font(run, size: float, name: str = BODY) -> None:
    run.font.size, run.font.name = Pt(size), name
    run._element.rPr.rFonts.set(qn("w:eastAsia"), name)


def write(cell, text: str, size: float = 11, center: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    if center:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    font(paragraph.add_run(text), size)


def table(document, widths: tuple[int, ...]):
    made = document.add_table(rows=0, cols=len(widths))
    made.style, made.alignment, made.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    return made


def line(made, widths: tuple[int, ...], texts: tuple[str, ...], height: float = 10) -> None:
    row = made.add_row()
    row.height = Mm(height)
    for n, (cell, width, text) in enumerate(zip(row.cells, widths, texts, strict=True)):
        cell.width = Mm(width)
        write(cell, text, center=n == 0 or (len(widths) == 4 and n % 2 == 0))


def marker(made, text: str) -> None:
    """A row that docxtpl takes for itself and removes."""
    cells = made.add_row().cells
    merged = cells[0].merge(cells[-1])
    merged.text = text


def facts(document, name: str) -> None:
    widths = (27, 60, 27, 60)
    made = table(document, widths)
    marker(made, f"{{%tr for row in {name} %}}")
    line(made, widths, ("{{ row.a }}", "{{ row.av }}", "{{ row.b }}", "{{ row.bv }}"))
    marker(made, "{%tr endfor %}")


def grid(document) -> None:
    """A table of as many columns as its headings."""
    made = table(document, (58, 58, 58))
    for loop in ("text, css in one.heads", "text, css, head in row"):
        if loop.endswith("row"):
            marker(made, "{%tr for row in one.rows %}")
        opened, middle, closed = made.add_row().cells
        opened.text = f"{{%tc for {loop} %}}"
        write(middle, "{{ text }}", center=not loop.endswith("row"))
        closed.text = "{%tc endfor %}"
    marker(made, "{%tr endfor %}")


def texts(document, loop: str, label: str, value: str, height: float) -> None:
    widths = (27, 147)
    made = table(document, widths)
    marker(made, f"{{%tr for {loop} %}}")
    line(made, widths, (label, value), height)
    marker(made, "{%tr endfor %}")


def gap(document, text: str = "", size: float = 4) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_after = paragraph.paragraph_format.space_before = Pt(0)
    font(paragraph.add_run(text), size)


def main() -> None:
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin = section.bottom_margin = Mm(18)
    heading = document.add_paragraph()
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    font(heading.add_run("{{ title }}"), 20, TITLE)
    under = document.add_paragraph()
    under.alignment = WD_ALIGN_PARAGRAPH.CENTER
    font(under.add_run("{{ edition }}　{{ category }}"), 11)
    facts(document, "head + facts")
    gap(document)
    texts(document, "label, text in shorts", "{{ label }}", "{{ text }}", 18)
    gap(document)
    texts(document, "label, limit, lines in longs", "{{ label }}", "{{ lines | join('\n') }}", 90)
    gap(document, "{%p for one in tables %}", 11)
    gap(document, "{{ one.label }}", 12)
    grid(document)
    gap(document, "{%p endfor %}", 11)
    gap(document, "{%p for part in later %}", 11)
    gap(document, "{{ part.title }}", 12)
    facts(document, "part.rows")
    gap(document, "{%p endfor %}", 11)
    gap(document)
    opinion = "\n\n\n（盖章处）\n负责人签字：　　　　　　　　　　　　　　　　年　　月　　日"
    texts(document, "one in opinions", "{{ one.who }}", opinion, 42)
    foot = section.footer.paragraphs[0]
    font(foot.add_run("{{ stamp }}"), 8.5)
    document.core_properties.author = document.core_properties.comments = ""
    document.save(str(Path(__file__).with_name("entry_form.docx")))


if __name__ == "__main__":
    main()
