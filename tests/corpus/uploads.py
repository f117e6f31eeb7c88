"""Hostile uploads, and the good ones they imitate: what must be refused, and what must be kept clean."""

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfReader, PdfWriter

from tests.corpus.papers import docx, pdf, relation, workbook
from tests.corpus.workbook import good, pack

ALL = ("image", "pdf", "office", "sheet")
SECRET = b"SECRET-PLACE-31.2304N"
SCRIPT = b"<script>alert(1)</script>"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass(frozen=True)
class Upload:
    """``kept``: the suffix under which it is kept, or blank when it must be refused with a text that holds ``says``."""

    case: str
    name: str
    build: Callable[[], bytes]
    kept: str = ""
    says: str = ""
    kinds: tuple[str, ...] = ALL


def picture(form: str, size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: object) -> bytes:
    out = io.BytesIO()
    colour = (200, 30, 40, 255)[: len(Image.new(mode, (1, 1)).getbands())]
    Image.new(mode, size, colour if len(colour) > 1 else 1).save(out, form, **options)
    return out.getvalue()


def _exif() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825)[1] = "N"
    return picture("JPEG", exif=exif, comment=SECRET)


def _png_text() -> bytes:
    info = PngInfo()
    info.add_text("Comment", SECRET.decode() + SCRIPT.decode())
    return picture("PNG", pnginfo=info)


def _huge_png(side: int) -> bytes:
    """side x side pixels of one colour: a few kB."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    body = zlib.compress((b"\0" + b"\0" * ((side + 7) // 8)) * side, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def _encrypted(owner_only: bool) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    writer.encrypt("" if owner_only else "geheim", "owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _attached() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    writer.add_attachment("x.exe", b"MZ")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _hidden_in_stream() -> bytes:
    """The script lies in a compressed object stream that no search of the bytes can see."""
    inner = b"<</S/JavaScript/JS(app.alert(1))>>"
    body = zlib.compress(b"4 0 " + inner)
    parts = [b"%PDF-1.7\n"]
    places = {}

    def put(number: int, content: bytes) -> None:
        places[number] = sum(map(len, parts))
        parts.append(b"%d 0 obj\n" % number + content + b"\nendobj\n")

    put(1, b"<</Type/Catalog/Pages 2 0 R/OpenAction 4 0 R>>")
    put(2, b"<</Type/Pages/Kids[3 0 R]/Count 1>>")
    put(3, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>")
    put(5, b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n" % len(body) + body + b"\nendstream")
    start = sum(map(len, parts))
    rows = [
        (0, 0, 0),
        (1, places[1], 0),
        (1, places[2], 0),
        (1, places[3], 0),
        (2, 5, 0),
        (1, places[5], 0),
        (1, start, 0),
    ]
    table = b"".join(struct.pack(">BIB", *row) for row in rows)
    put(6, b"<</Type/XRef/Size 7/W[1 4 1]/Root 1 0 R/Length %d>>stream\n" % len(table) + table + b"\nendstream")
    return b"".join(parts) + b"startxref\n%d\n%%%%EOF\n" % start


_JS = "<</S/JavaScript/JS(app.alert\\(1\\))>>"
_SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>"
_WORD = "word/_rels/document.xml.rels"

UPLOADS = [
    # ------------------------------------------------ pictures
    Upload("good jpeg", "照片.jpg", lambda: picture("JPEG"), "jpg"),
    Upload("good png with clear parts", "章.png", lambda: picture("PNG", mode="RGBA"), "png"),
    Upload("good webp", "照片.webp", lambda: picture("WEBP"), "jpg"),
    Upload("place and camera in exif", "照片.jpg", _exif, "jpg"),
    Upload("text chunks in png", "图.png", _png_text, "png"),
    Upload("jpeg with a page behind its end", "照片.jpg", lambda: picture("JPEG") + b"<html>" + SCRIPT, "jpg"),
    Upload("jpeg with a zip behind its end", "照片.jpg", lambda: picture("JPEG") + pack({"x.html": SCRIPT}), "jpg"),
    Upload("gif that is also a script", "x.gif", lambda: picture("GIF") + b"=1;" + SCRIPT, "png"),
    Upload("png called jpg", "照片.jpg", lambda: picture("PNG"), "png"),
    Upload("svg with a script", "图.svg", lambda: _SVG, says="SVG"),
    Upload("svg called png", "图.png", lambda: _SVG, says="SVG"),
    Upload("svg behind blanks", "图.png", lambda: b"\xef\xbb\xbf \n\n" + _SVG, says="SVG"),
    Upload("page called png", "图.png", lambda: b"<!DOCTYPE html><html>" + SCRIPT, says="网页"),
    Upload("page called pdf", "表.pdf", lambda: b"<HTML>" + SCRIPT, says="网页"),
    Upload("12,000 x 12,000 png", "图.png", lambda: _huge_png(12_000), says="百万"),
    Upload("30,000 x 30,000 png", "图.png", lambda: _huge_png(30_000), says="百万"),
    Upload("png cut short", "图.png", lambda: picture("PNG", (400, 400))[:-60], says="损坏"),
    Upload("only the head of a jpeg", "图.jpg", lambda: b"\xff\xd8\xff\xe0" + b"\0" * 40, says="损坏"),
    Upload("heic from a phone", "图.heic", lambda: b"\0\0\0\x18ftypheic" + b"\0" * 40, says="HEIC"),
    Upload("picture called web page", "图.html", lambda: picture("JPEG"), says="不符"),
    Upload("picture where a pdf is wanted", "图.jpg", lambda: picture("JPEG"), says="只收", kinds=("pdf",)),
    # ------------------------------------------------ pdf
    Upload("good pdf", "表.pdf", pdf, "pdf"),
    Upload("pdf with a script", "表.pdf", lambda: pdf(_JS, catalog="/OpenAction 4 0 R"), says="脚本"),
    Upload("pdf with a script, name in hex", "表.pdf",
           lambda: pdf(_JS.replace("JavaScript", "J#61vaScript").replace("/JS", "/#4AS"), catalog="/OpenAction 4 0 R"),
           says="脚本"),
    Upload("pdf with a script in an object stream", "表.pdf", _hidden_in_stream, says="脚本"),
    Upload("pdf with a script in the names", "表.pdf",
           lambda: pdf(_JS, catalog="/Names<</JavaScript<</Names[(a)4 0 R]>>>>"), says="脚本"),
    Upload("pdf that starts a program", "表.pdf",
           lambda: pdf("<</S/Launch/F(cmd.exe)>>", catalog="/OpenAction 4 0 R"), says="启动"),
    Upload("pdf that sends a form", "表.pdf", lambda: pdf("<</S/SubmitForm/F(http://x)>>", catalog="/AA<</WC 4 0 R>>"),
           says="发送"),
    Upload("pdf with an attachment", "表.pdf", _attached, says="夹带"),
    Upload("pdf with an XFA form", "表.pdf", lambda: pdf(catalog="/AcroForm<</XFA[]>>"), says="发送"),
    Upload("pdf with a password", "表.pdf", lambda: _encrypted(owner_only=False), says="密码"),
    Upload("pdf with limits of use", "表.pdf", lambda: _encrypted(owner_only=True), says="限制"),
    Upload("pdf with a zip behind its end", "表.pdf", lambda: pdf(tail=pack({"x.html": SCRIPT})), says="结尾"),
    Upload("pdf with a page in its head", "表.pdf", lambda: pdf(header=b"%PDF-1.7\n%" + SCRIPT + b"\n"), says="开头"),
    Upload("pdf cut short", "表.pdf", lambda: pdf()[:200], says="不完整"),
    Upload("pdf nested without end", "表.pdf", lambda: pdf("[" * 3000 + "]" * 3000), says="PDF"),
    Upload("program called pdf", "表.pdf", lambda: b"MZ\x90\0" + b"\0" * 200, says="不认识"),
    Upload("program", "x.exe", lambda: b"\x7fELF\x02\x01\x01" + b"\0" * 200, says="不认识"),
    # ------------------------------------------------ office, zip
    Upload("good docx", "申报表.docx", docx, "docx"),
    Upload("good xlsx", "名单.xlsx", good, "xlsx"),
    Upload("good csv", "名单.csv", lambda: "姓名,单位\n方心宜,某校\n".encode("gb18030"), "csv"),
    Upload("docx with a macro", "表.docx", lambda: docx({"word/vbaProject.bin": b"x"}), says="宏"),
    Upload("docx with an outside template", "表.docx",
           lambda: docx({_WORD: relation("attachedTemplate", "http://x/t.dotm")}), says="外部"),
    Upload("docx with an outside picture", "表.docx", lambda: docx({_WORD: relation("image", "file:///etc/passwd")}),
           says="外部"),
    Upload("docx with a link", "表.docx", lambda: docx({_WORD: relation("hyperlink", "http://example.com")}), "docx"),
    Upload("docx with an embedded program", "表.docx", lambda: docx({"word/embeddings/o.bin": b"MZ"}), says="嵌"),
    Upload("docx that starts a program", "表.docx", lambda: docx(body='DDEAUTO c:\\\\x "/k calc"'), says="DDE"),
    Upload("docx with entities", "表.docx", lambda: docx({"word/document.xml": b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>"}),
           says="DOCTYPE"),
    Upload("zip slip", "表.docx", lambda: docx({"../../../etc/cron.d/x": b"x"}), says="路径"),
    Upload("zip bomb", "表.docx", lambda: docx({"word/media/a.xml": b" " * 15_000_000}), says="炸弹"),
    Upload("plain zip", "x.zip", lambda: pack({"a.txt": b"a"}), says="压缩包"),
    Upload("workbook with a macro", "表.xlsx", lambda: workbook({"xl/vbaProject.bin": b"x"}), says="宏"),
    Upload("old word file", "表.doc", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, says="旧版"),
    Upload("page called csv", "名单.csv", lambda: b"a,b\n" + SCRIPT, says="网页"),
    # ------------------------------------------------ names, viruses, sizes
    Upload("virus test as picture", "x.jpg", lambda: picture("JPEG") + EICAR, says="病毒"),
    Upload("virus test as csv", "x.csv", lambda: EICAR, says="病毒"),
    Upload("path in the name", "../../etc/passwd.jpg", lambda: picture("JPEG"), "jpg"),
    Upload("turned name", "照片\u202egpj.exe.jpg", lambda: picture("JPEG"), "jpg"),
    Upload("255 Chinese characters", "长" * 255 + ".jpg", lambda: picture("JPEG"), "jpg"),
    Upload("line ends and quotes in the name", 'a\r\nSet-Cookie: x"<b>.jpg', lambda: picture("JPEG"), "jpg"),
    Upload("no name at all", "", lambda: picture("JPEG"), "jpg"),
    Upload("nothing", "空.pdf", bytes, says="0 字节"),
    Upload("over the limit", "大.pdf", lambda: b"%PDF-" + b"\0" * (20 << 20), says="20 MB"),
]  # fmt: skip
