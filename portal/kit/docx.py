"""Papers as .docx, for those who must still edit them: a template made in Word with our values in it."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docxtpl import DocxTemplate


def render_docx(path: Path, context: Mapping[str, Any]) -> bytes:
    """Fill a template. ``autoescape``: without it a value such as ``<A&B>`` writes broken XML."""
    paper = DocxTemplate(str(path))
    paper.render(dict(context), autoescape=True)
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()
