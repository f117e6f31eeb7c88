"""Papers as PDF. Nothing outside our own folder of fonts, pictures and styles is ever read while one is drawn.

WeasyPrint follows every address it meets; a ``<link rel=attachment href=file:///etc/passwd>`` in a story would attach
that file. The fetcher here opens ``data:`` and ``assets/paper/`` and nothing else, and follows no redirect.
"""

import io
import logging
import re
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import unquote, urlparse

from django.conf import settings
from django.template.loader import get_template
from django.utils.translation import gettext as _
from pypdf import PdfReader, PdfWriter

from portal.kit.refusal import Refused
from portal.kit.weasy import missing_libraries, weasyprint

log = logging.getLogger("portal.pdf")

MAX_HTML = 8 << 20
MAX_DATA_URL = 8 << 20
SECONDS = 60


def assets() -> Path:
    """The only folder a paper may take files from."""
    return (Path(settings.BASE_DIR) / "assets" / "paper").resolve()


def closed_fetcher(folder: Path) -> Any:
    """A WeasyPrint fetcher for ``data:`` and files under ``folder``; ``.refused`` and ``.opened`` list addresses."""

    class Closed(weasyprint.urls.URLFetcher):  # type: ignore[union-attr, name-defined]
        def __init__(self) -> None:
            super().__init__(timeout=1, allowed_protocols=("data", "file"), allow_redirects=False)
            self.opened: list[str] = []
            self.refused: list[str] = []

        def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Any:
            if not _allowed(url, folder):
                self.refused.append(url[:200])
                log.warning("refused an address in a paper: %s", urlparse(url).scheme)
                raise ValueError("address outside the paper's folder")
            self.opened.append(url[:200])
            return super().fetch(url, headers)

    return Closed()


def _allowed(url: str, folder: Path) -> bool:
    try:
        parts = urlparse(url)
        if parts.scheme == "data":
            return len(url) <= MAX_DATA_URL
        if parts.scheme != "file" or parts.netloc not in {"", "localhost"}:
            return False
        path = Path(unquote(parts.path)).resolve()
        return path.is_relative_to(folder) and path.is_file()
    except (ValueError, OSError):
        return False


class _TooLongError(Exception):
    pass


@contextmanager
def _within(seconds: float) -> Iterator[None]:
    """Stop the drawing after a while: in a main thread, where workers make papers; elsewhere there is no limit."""

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise _TooLongError

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def render_pdf(
    template_name: str, context: Mapping[str, Any], *, variant: str | None = None, seconds: float = SECONDS
) -> bytes:
    """A template as PDF. The template engine escapes; no user's HTML is ever let through."""
    return html_to_pdf(get_template(template_name).render(dict(context)), variant=variant, seconds=seconds)


def html_to_pdf(html: str, *, variant: str | None = None, seconds: float = SECONDS, fetcher: Any = None) -> bytes:
    """HTML as PDF, or ``Refused`` when it is too large, too deep or takes too long. ``variant``: e.g. ``pdf/a-3b``."""
    if weasyprint is None:
        raise Refused(
            _("这台服务器还不能生成 PDF，缺少：%(packages)s。请联系系统管理员")
            % {"packages": "、".join(missing_libraries())}
        )
    if len(html) > MAX_HTML:
        raise Refused(_("内容太多，无法一次生成 PDF，请分几次生成"))
    folder = assets()
    options = {"pdf_variant": variant} if variant else {}
    try:
        with _within(seconds):
            page = weasyprint.HTML(
                string=html, base_url=folder.as_uri() + "/", url_fetcher=fetcher or closed_fetcher(folder)
            )
            return page.write_pdf(**options)
    except weasyprint.urls.URLFetchingError:
        # most refused addresses are passed over; for some (a colour profile) WeasyPrint gives up
        raise Refused(_("内容引用了外部文件，无法生成 PDF")) from None
    except (RecursionError, MemoryError):
        log.warning("a paper was nested too deeply")
        raise Refused(_("内容的层次太深，无法生成 PDF")) from None
    except _TooLongError:
        log.warning("a paper took longer than %s s", seconds)
        raise Refused(_("生成 PDF 超过 %(n)d 秒，已停止，请减少内容后再试") % {"n": seconds}) from None


def marked(content: bytes, line: str) -> bytes:
    """The paper with this line at the lower edge of every sheet, small, below whatever stands there: who took it away,
    when and for what. One drawing for each size of sheet, laid over all of that size.
    """
    writer, drawn = PdfWriter(clone_from=io.BytesIO(content)), {}
    for page in writer.pages:
        size = (float(page.mediabox.width), float(page.mediabox.height))
        if size not in drawn:
            over = render_pdf("kit/paper_mark.html", {"width": size[0], "height": size[1], "line": line})
            drawn[size] = PdfReader(io.BytesIO(over)).pages[0]
        page.merge_page(drawn[size])
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def has_glyphs(data: bytes, text: str) -> bool:
    """Whether every sign of ``text`` was really drawn with a font that travels in the file.

    A missing font gives boxes and no error, so tests ask this and not whether a PDF came out. A box has no entry in the
    font's table of characters and cannot be read back.
    """
    reader = PdfReader(io.BytesIO(data))
    found = "".join(page.extract_text() for page in reader.pages)
    return re.sub(r"\s+", "", text) in re.sub(r"\s+", "", found) and all(map(_embeds_fonts, reader.pages))


def _embeds_fonts(page: Any) -> bool:
    fonts = page.get("/Resources", {}).get("/Font", {}).values()
    parts = [part.get_object() for font in fonts for part in font.get_object().get("/DescendantFonts", [font])]
    described = [part.get("/FontDescriptor", {}) for part in parts]
    return all(any(key.startswith("/FontFile") for key in descriptor) for descriptor in described)
