"""Small PDFs and Office files written by hand, to hold what should not be inside."""

import io
import zipfile

from tests.corpus.workbook import HEAD, PACKAGE, RELATIONS, good, pack


def pdf(*extra: str, catalog: str = "", trailer: str = "", header: bytes = b"%PDF-1.7\n", tail: bytes = b"") -> bytes:
    """A PDF of one blank page; ``extra`` are further objects from number 4 on, ``catalog`` further keys of the root."""
    objects = [
        f"<</Type/Catalog/Pages 2 0 R{catalog}>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
        *extra,
    ]
    out = io.BytesIO()
    out.write(header)
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1"))
    start = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    out.write("".join(f"{place:010d} 00000 n \n" for place in places).encode())
    out.write(f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{start}\n%%EOF\n".encode())
    return out.getvalue() + tail


def docx(extra: dict[str, bytes] | None = None, body: str = "正文") -> bytes:
    """A .docx of one paragraph."""
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    members = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" '
        'ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package'
        f'.relationships+xml"/><Override PartName="/word/document.xml" ContentType="{kind}"/></Types>',
        "_rels/.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{RELATIONS}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'{HEAD}<w:document xmlns:w="{word}"><w:body><w:p><w:r><w:t>{body}</w:t></w:r></w:p>'
        "</w:body></w:document>",
    }
    return pack({name: text.encode() for name, text in members.items()} | (extra or {}))


def relation(kind: str, target: str) -> bytes:
    """A part's list of links with one that leads outside."""
    return (
        f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId9" Type="{RELATIONS}/{kind}" '
        f'Target="{target}" TargetMode="External"/></Relationships>'
    ).encode()


def workbook(extra: dict[str, bytes]) -> bytes:
    """A good workbook with more members."""
    with zipfile.ZipFile(io.BytesIO(good())) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    return pack(members | extra)
