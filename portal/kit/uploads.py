"""What somebody uploads: what it really is, whether it may come in, and what of it is kept.

The type is read from the content, never from the name or the browser's word. Images are decoded and written anew, which
drops places, cameras and whatever else was hidden in them. Papers (PDF, Office) stay as they are and are therefore
looked through for what could act: scripts, macros, attachments, outside templates.
"""

import io
import re
import unicodedata
import warnings
from dataclasses import dataclass
from typing import BinaryIO

import puremagic
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image, ImageOps

from portal.kit.refusal import Refused
from portal.kit.uploads_papers import check_office, check_pdf

_MB = 1 << 20
MAX_BYTES = 20 * _MB
MAX_PIXELS = 40_000_000
_NAME_SIGNS = 100
_NAME_BYTES = 200

# kind -> suffix of the name -> what users call it
KINDS = {
    "image": gettext_lazy("图片（jpg、png、webp、gif）"),
    "pdf": gettext_lazy("PDF"),
    "office": gettext_lazy("Word 或 PowerPoint（docx、pptx）"),
    "sheet": gettext_lazy("表格（xlsx、csv）"),
}
_MIMES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}
_FAMILY = {
    **dict.fromkeys(("jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "bmp", "tif", "tiff"), "image"),
    "pdf": "pdf",
    "docx": "office",
    "pptx": "office",
    **dict.fromkeys(("xlsx", "csv", "txt", "tsv"), "sheet"),
}
_MAGIC = (
    (b"\xff\xd8\xff", "image"),
    (b"\x89PNG\r\n\x1a\n", "image"),
    (b"GIF87a", "image"),
    (b"GIF89a", "image"),
    (b"II*\0", "image"),
    (b"MM\0*", "image"),
    (b"%PDF-", "pdf"),
)
_EICAR = b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE"  # in two, so that scanners leave this source alone
_MARKUP = re.compile(rb"^[\s\xef\xbb\xbf]*<(?:!doctype|html|svg|\?xml|script|body|head|iframe|!--)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that may be kept. ``data`` is what to store: for images not what was sent, but what was seen in it."""

    kind: str
    mime: str
    suffix: str
    name: str
    data: bytes
    width: int = 0
    height: int = 0

    @property
    def size(self) -> int:
        return len(self.data)


def safe_name(name: str, suffix: str = "") -> str:
    """The name as it may be shown and offered for download: no folders, no control or direction signs, not too long."""
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    base = "".join(sign for sign in base if unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
    base = re.sub(r'[<>:"|?*]+', "_", re.sub(r"\s+", " ", base)).strip(" .")
    stem, dot, old = base.rpartition(".")
    if not dot or not re.fullmatch(r"[A-Za-z0-9]{1,5}", old):
        stem, old = base, ""
    ending = f".{suffix or old.lower()}" if suffix or old else ""
    stem = stem.strip(" .")[:_NAME_SIGNS] or _("未命名")
    while len((stem + ending).encode()) > _NAME_BYTES:
        stem = stem[:-1]
    return stem.strip(" .") + ending


def inspect(
    source: bytes | BinaryIO, name: str, kinds: tuple[str, ...] = ("image", "pdf"), limit: int = MAX_BYTES
) -> Checked:
    """Look into an upload. Raises ``Refused`` with the reason and the way out."""
    data = source if isinstance(source, bytes) else source.read(limit + 1)
    if not data:
        raise Refused(_("文件是空的（0 字节）"))
    if len(data) > limit:
        raise Refused(_("文件超过 %(limit)d MB，请压缩后再上传") % {"limit": limit // _MB})
    if _EICAR in data:
        raise Refused(_("文件里有病毒测试特征，不予接收"))
    kind, suffix = _kind(data, name)
    _compare_with_name(kind, name)
    if kind not in kinds:
        wanted = _("、").join(str(KINDS[allowed]) for allowed in kinds)
        raise Refused(_("这里只收%(wanted)s，这个文件是%(found)s") % {"wanted": wanted, "found": KINDS[kind]})
    if kind == "image":
        return _image(data, name)
    if kind == "pdf":
        check_pdf(data)
    return Checked(kind, _MIMES[suffix], suffix, safe_name(name, suffix), data)


def _suffix(name: str) -> str:
    return safe_name(name).rpartition(".")[2].lower() if "." in safe_name(name) else ""


def _kind(data: bytes, name: str) -> tuple[str, str]:
    """(kind, suffix) by content; the suffix of an image is known only once it is decoded."""
    head = data[:16]
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind, "pdf" if kind == "pdf" else ""
    if (head[:4] == b"RIFF" and head[8:12] == b"WEBP") or (head[:2] == b"BM" and head[6:10] == b"\0\0\0\0"):
        return "image", ""
    if head[4:8] == b"ftyp" and head[8:12] in {b"heic", b"heix", b"mif1", b"hevc", b"avif"}:
        raise Refused(_("这是 HEIC 照片，请在手机“设置 - 相机 - 格式”选“兼容性最佳”，或另存为 jpg 再上传"))
    if head.startswith(b"PK\x03\x04"):
        suffix = check_office(data)
        return ("sheet" if suffix == "xlsx" else "office"), suffix
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused(_("这是旧版 Office 文件（doc、xls、ppt）或加了密码，请去掉密码，另存为 docx、xlsx 或 PDF 再上传"))
    if _MARKUP.match(data[:512]) or b"<script" in data[:4096].lower() or b"<svg" in data[:4096].lower():
        raise Refused(_("文件内容是网页或 SVG，可能带脚本，不予接收"))
    if _suffix(name) in {"csv", "tsv", "txt"} and _is_text(data):
        return "sheet", "csv"
    raise Refused(_("不认识这种文件（%(what)s）。可以上传 jpg、png、PDF、docx、xlsx") % {"what": _described(data)})


def _is_text(data: bytes) -> bool:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return not any(unicodedata.category(sign) == "Cc" and sign not in "\t\r\n" for sign in text[:100_000])
    return False


def _described(data: bytes) -> str:
    try:
        found = puremagic.magic_string(data[:65_536])
    except puremagic.PureError:
        found = []
    return found[0].extension.lstrip(".") or _("未知") if found else _("未知")


def _compare_with_name(kind: str, name: str) -> None:
    suffix = _suffix(name)
    if suffix and _FAMILY.get(suffix) != kind:
        raise Refused(
            _("文件名的扩展名是 .%(suffix)s，内容却是%(found)s，两者不符") % {"suffix": suffix, "found": KINDS[kind]}
        )


def _image(data: bytes, name: str) -> Checked:
    """Decode within the pixel limit, turn upright, and write anew without any metadata."""
    try:
        # Pillow's own limit is a mere warning at 89 million pixels; ours is checked before anything is decoded
        with (
            warnings.catch_warnings(action="ignore", category=Image.DecompressionBombWarning),
            Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF")) as picture,
        ):
            width, height = picture.size
            if width * height > MAX_PIXELS:
                raise Refused(
                    _("图片有 %(w)d×%(h)d 像素（%(n).0f 百万），最多 %(limit)d 百万，请缩小后再上传")
                    % {"w": width, "h": height, "n": width * height / 1e6, "limit": MAX_PIXELS // 10**6}
                )
            clear = picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info
            suffix = "png" if clear or picture.format in {"PNG", "GIF"} else "jpg"
            upright = ImageOps.exif_transpose(picture)
            plain = upright.convert("RGBA" if clear else "RGB")
    except Image.DecompressionBombError:
        raise Refused(_("图片像素太多，最多 %(limit)d 百万，请缩小后再上传") % {"limit": MAX_PIXELS // 10**6}) from None
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError):
        raise Refused(_("图片不完整或已损坏，打不开")) from None
    # a fresh image carries pixels only: no EXIF, no text chunks, no profile, no bytes behind the end
    fresh = Image.new(plain.mode, plain.size)
    fresh.paste(plain)
    out = io.BytesIO()
    if suffix == "jpg":
        fresh.save(out, "JPEG", quality=88, optimize=True)
    else:
        fresh.save(out, "PNG", compress_level=6)
    return Checked("image", _MIMES[suffix], suffix, safe_name(name, suffix), out.getvalue(), *fresh.size)
