"""QR codes, as SVG for pages and as data address for papers."""

import io

import segno
from django.utils.safestring import SafeString, mark_safe


def svg(text: str, scale: int = 4) -> SafeString:
    """An inline SVG. Safe: it holds the drawn squares only, never the text."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", scale=scale, xmldecl=False, svgns=True, nl=False)
    return mark_safe(out.getvalue().decode())  # nosec B308 # numbers drawn by segno


def data_uri(text: str, scale: int = 4) -> str:
    """The same as ``data:`` address, for an ``<img>`` in a PDF."""
    return segno.make(text, error="m", micro=False).svg_data_uri(scale=scale)
