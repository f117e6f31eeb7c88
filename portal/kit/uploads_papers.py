"""What may not be inside a PDF or an Office file: what acts by itself, reaches outside, or hides something."""

import io
import re
import time
import zipfile
import zlib
from collections.abc import Iterator

from defusedxml import ElementTree
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

from portal.kit.refusal import Refused
from portal.kit.sheets_guard import ROSTER, Limits, check_names

_MB = 1 << 20
_PAPER = Limits(members=500, member=20 * _MB, total=60 * _MB)
_BLOCK = 4 * _MB
_OBJECTS, _SECONDS, _DEPTH, _PAGES = 100_000, 10, 40, 1_000

_SCRIPT = gettext_lazy("PDF 里有脚本（%(what)s），不予接收")
_ACTING = gettext_lazy("PDF 里有会自己启动程序或往外发送的动作（%(what)s），不予接收")
_ATTACHED = gettext_lazy("PDF 里夹带了别的文件（%(what)s），请取出附件后再上传")
_WAY_OUT = gettext_lazy("。用“打印为 PDF”重新生成一份，通常就可以了")
_ACTIVE = {
    "/JavaScript": _SCRIPT,
    "/JS": _SCRIPT,
    "/Rendition": _SCRIPT,
    "/Launch": _ACTING,
    "/SubmitForm": _ACTING,
    "/ImportData": _ACTING,
    "/GoToR": _ACTING,
    "/GoToE": _ACTING,
    "/RichMedia": _ACTING,
    "/XFA": _ACTING,
    "/EmbeddedFile": _ATTACHED,
    "/EmbeddedFiles": _ATTACHED,
    "/FileAttachment": _ATTACHED,
}
# Long names only: three letters turn up by chance in compressed data.
_RAW = re.compile(rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData)\b")
_HEX = re.compile(rb"#([0-9A-Fa-f]{2})")


def check_pdf(data: bytes) -> None:
    """Refuse scripts, launches, attachments, passwords, and a second file behind the end."""
    _check_shell(data)
    if found := _RAW.search(_HEX.sub(lambda match: bytes.fromhex(match[1].decode()), data)):
        _refuse(f"/{found[1].decode()}")
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise Refused(_("PDF 加了密码或使用限制，请去掉后再上传"))
        _walk(reader)
        pages = len(reader.pages)
    except Refused:
        raise
    except (
        PyPdfError,
        RecursionError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        OSError,
        zlib.error,
    ):
        raise Refused(_("PDF 不完整或已损坏，打不开")) from None
    if not 1 <= pages <= _PAGES:
        raise Refused(_("PDF 有 %(n)d 页，应在 1 到 %(limit)d 页之间") % {"n": pages, "limit": _PAGES})


def _check_shell(data: bytes) -> None:
    end = data.rfind(b"%%EOF")
    if end < 0:
        raise Refused(_("PDF 不完整：没有结尾，可能没有传完"))
    if data[end + 5 :].strip(b"\0\r\n\t "):
        raise Refused(_("PDF 的结尾后面还藏着别的内容，不予接收"))
    if b"<script" in data[:2048].lower() or b"<html" in data[:2048].lower():
        raise Refused(_("PDF 的开头混有网页脚本，不予接收"))


def _refuse(name: str) -> None:
    raise Refused(str(_ACTIVE[name]) % {"what": name} + str(_WAY_OUT))


def _walk(reader: PdfReader) -> None:
    """Every object of the cross-reference, also those in object streams, whatever page they hang on."""
    stop = time.monotonic() + _SECONDS
    numbers = {number: generation for generation, table in reader.xref.items() for number in table}
    numbers.update(dict.fromkeys(reader.xref_objStm, 0))
    if len(numbers) > _OBJECTS:
        raise Refused(_("PDF 里有 %(n)d 个对象，多得不正常") % {"n": len(numbers)})
    _look(reader.trailer, 0)
    for number, generation in numbers.items():
        if time.monotonic() > stop:
            raise Refused(_("PDF 太复杂，%(n)d 秒内没有检查完。请打印为新的 PDF 再上传") % {"n": _SECONDS})
        _look(reader.get_object(IndirectObject(number, generation, reader)), 0)


def _look(thing: object, depth: int) -> None:
    if depth > _DEPTH:
        raise Refused(_("PDF 的内部层次太深，不予接收"))
    if isinstance(thing, DictionaryObject):
        for key, value in dict.items(thing):  # raw, so that references are not followed in circles
            if key in _ACTIVE:
                _refuse(str(key))
            _look(value, depth + 1)
    elif isinstance(thing, ArrayObject):
        for value in list.__iter__(thing):
            _look(value, depth + 1)
    elif isinstance(thing, NameObject) and thing in _ACTIVE:
        _refuse(str(thing))


# ---------------------------------------------------------------- Office


def check_office(data: bytes) -> str:
    """``docx``, ``pptx`` or ``xlsx``; refuses macros, embedded objects, outside templates, bombs and odd paths."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {member.filename.lower() for member in archive.infolist()}
            _check_parts(archive, names)
            suffix = _office_kind(names)
            # a roster is one large member; whoever reads the workbook sets limits of its own, some of them narrower
            limits = ROSTER if suffix == "xlsx" else _PAPER
            total = 0
            for member in archive.infolist():
                for block in _blocks(archive, member, limits):
                    total += len(block)
                    if total > limits.total:
                        raise Refused(_("文件展开后超过 %(limit)d MB，不予接收") % {"limit": limits.total // _MB})
                    _check_content(member.filename.lower(), block)
    except Refused:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError):
        raise Refused(_("文件不完整或已损坏，打不开。请用 Office 打开后另存一份再上传")) from None
    return suffix


def _check_parts(archive: zipfile.ZipFile, names: set[str]) -> None:
    if len(names) > _PAPER.members:
        raise Refused(_("压缩包里有 %(n)d 个文件，最多 %(limit)d 个") % {"n": len(names), "limit": _PAPER.members})
    check_names(archive)
    if any("vbaproject" in name or "vbadata" in name or "macrosheets/" in name for name in names):
        raise Refused(_("文件带有宏，不予接收。请另存为不带宏的格式"))
    if any("/embeddings/" in name or "/activex/" in name for name in names):
        raise Refused(_("文件里嵌着别的文件或控件，请取出后再上传"))


def _office_kind(names: set[str]) -> str:
    for part, suffix in (("word/document.xml", "docx"), ("ppt/presentation.xml", "pptx"), ("xl/workbook.xml", "xlsx")):
        if part in names and "[content_types].xml" in names:
            return suffix
    raise Refused(_("这是压缩包，不收。请把里面的文件逐个上传"))


def _blocks(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limits: Limits) -> Iterator[bytes]:
    """The content in large pieces, each with the end of the one before, so that no word is cut in two."""
    size, tail = 0, b""
    with archive.open(member) as stream:
        while chunk := stream.read(_BLOCK):
            size += len(chunk)
            if size > limits.member or size > limits.ratio * max(member.compress_size, 2048):
                raise Refused(_("文件展开后大得不正常（压缩包炸弹），不予接收"))
            yield tail + chunk
            tail = chunk[-64:]


def _check_content(name: str, content: bytes) -> None:
    if not name.endswith((".xml", ".rels")):
        return
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or re.search(rb"<!\s*(?:DOCTYPE|ENTITY)", content, re.IGNORECASE):
        raise Refused(_("文件内部带有外部定义（DOCTYPE），不予接收"))
    if name == "[content_types].xml" and b"macroenabled" in content.lower():
        raise Refused(_("文件带有宏，不予接收。请另存为不带宏的格式"))
    if re.search(rb"\bDDE(?:AUTO)?\s", content):
        raise Refused(_("文件里有会启动其他程序的域（DDE），不予接收"))
    if name.endswith(".rels"):
        try:
            links = list(ElementTree.fromstring(content))
        except ElementTree.ParseError:
            raise Refused(_("文件不完整或已损坏，打不开。请用 Office 打开后另存一份再上传")) from None
        for link in links:
            outside = link.get("TargetMode", "").lower() == "external"
            if outside and not link.get("Type", "").endswith("/hyperlink"):
                raise Refused(_("文件引用了外部的模板或对象，打开时会连到外面，不予接收"))
