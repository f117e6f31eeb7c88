"""From an uploaded work-plan file to its text: UTF-8 or GB18030 text, or the paragraphs of a Word document."""

import io
import zipfile
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from docxtpl import DocxTemplate

from portal.kit.refusal import Refused
from programs.planreader.document import NOTE, Problem

LIMIT = 5 * 1024 * 1024
_UNPACKED_LIMIT = 60 * 1024 * 1024
_SAMPLE = 4000


@dataclass(frozen=True)
class PlanText:
    text: str
    problems: list[Problem] = field(default_factory=list)


def read_file(data: bytes, name: str) -> PlanText:
    """Raises Refused for what is no text and no .docx."""
    if not data:
        raise Refused(_("%(name)s 是空的") % {"name": name})
    if len(data) > LIMIT:
        raise Refused(_("文件有 %(size)s MB，最多 5 MB") % {"size": round(len(data) / 1024 / 1024, 1)})
    if data[:4] == b"PK\x03\x04":
        return _word(data)
    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise Refused(_("这是旧版 Word 文件（.doc），请另存为 .docx 或 .txt 再导入"))
    if data[:4] == b"%PDF":
        raise Refused(_("PDF 读不出可靠的文字，请用 Word 原稿（.docx）或 .txt"))
    return PlanText(_decode(data))


def _decode(data: bytes) -> str:
    encodings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not any(ord(char) < 32 and char not in "\t\n\r\x0b\x0c" for char in text[:_SAMPLE]):
            return text
    raise Refused(_("文件不是 UTF-8 或 GB18030 的文字，读不出来"))


def _word(data: bytes) -> PlanText:
    """One line per paragraph. Automatic numbers are not in the text; tables are left out and said so."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(info.file_size for info in archive.infolist()) > _UNPACKED_LIMIT:
                raise Refused(_("Word 文件解开后太大，请只留文字"))
        template = DocxTemplate(io.BytesIO(data))
        template.init_docx()
        document = template.docx
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise Refused(_("这个 Word 文件打不开，请另存一份再试")) from error
    lines = [paragraph.text.replace("\n", " ") for paragraph in document.paragraphs]
    problems = []
    for table in document.tables:
        shown = " ".join(cell.text for row in table.rows for cell in row.cells)[:60]
        problems.append(Problem(len(lines), shown, _("Word 里的表格没有读，只读段落"), NOTE))
    return PlanText("\n".join(lines), problems)
