"""P-PDF1: drawing a paper reads nothing outside its folder and opens no connection, whatever stands in a field."""

import io
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import weasyprint
from django.template import engines
from pypdf import PdfReader

from portal.kit.pdf import assets, closed_fetcher, html_to_pdf
from portal.kit.refusal import Refused
from tests.corpus.html_tricks import BOMBS, TRICKS, filled

pytestmark = pytest.mark.promise("P-PDF1")
SECRET = "SECRET-OF-THE-SERVER"
# files that libraries read for themselves (fonts, their own data, their working folder) are not the page's doing
_OWN = (
    f"{tempfile.gettempdir()}/weasyprint-",
    "/usr/",
    "/etc/fonts",
    "/var/cache/fontconfig",
    "/proc/",
    "/dev/",
    sys.prefix,
    sys.base_prefix,
)


class Listener:
    """A local server that counts who knocks."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.knocks = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self.socket.accept()
            except OSError:
                return
            self.knocks += 1
            with caller:
                caller.recv(1000)
                caller.sendall(b"HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n")


@pytest.fixture
def listener() -> Iterator[Listener]:
    server = Listener()
    yield server
    server.socket.close()


@pytest.fixture
def secret(tmp_path: Path) -> str:
    path = tmp_path / "secret.svg"
    path.write_text(f"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><text>{SECRET}</text></svg>")
    return str(path)


_opened: list[str] = []
_watching = threading.Event()


def _watch(event: str, args: tuple) -> None:
    """The interpreter's own log of opened files and connections: it also sees what goes round the fetcher."""
    if not _watching.is_set():
        return
    if event == "open" and isinstance(args[0], str | bytes):
        _opened.append(str(args[0]))
    elif event == "socket.connect" and args[1] != 0:
        _opened.append(f"connect {args[1]}")


sys.addaudithook(_watch)


def _draw(html: str, fetcher: object) -> tuple[bytes, list[str]]:
    """The PDF, and the files outside and connections that the interpreter saw meanwhile."""
    _opened.clear()
    _watching.set()
    try:
        data = html_to_pdf(html, fetcher=fetcher)
    except Refused:  # for a few tricks the renderer gives up, which is as good
        data = b""
    finally:
        _watching.clear()
    allowed = (*_OWN, str(assets()))
    return data, [name for name in _opened if not name.startswith(allowed)]


def _holds_secret(data: bytes) -> bool:
    if not data:
        return False
    reader = PdfReader(io.BytesIO(data))
    return bool(reader.attachments) or SECRET in "".join(page.extract_text() for page in reader.pages)


def test_nothing_outside_is_read(listener, secret, figure):
    html_to_pdf("<p>warm</p>")  # fonts are found once per process
    outside, leaked, asked = [], [], 0
    for trick in TRICKS:
        fetcher = closed_fetcher(assets())
        data, opened = _draw(filled(trick, secret, listener.port), fetcher)
        outside += [(trick, name) for name in opened]
        leaked += [trick] if _holds_secret(data) else []
        asked += len(fetcher.refused)
        assert all(url.startswith("data:") for url in fetcher.opened), trick
    figure("tricks", len(TRICKS), wanted="≥ 25")
    figure("addresses the fetcher refused", asked, wanted="> 0")
    figure("files opened outside, connections made", len(outside), wanted="0")
    figure("knocks at the listening server", listener.knocks, wanted="0")
    figure("papers that hold the secret", len(leaked), wanted="0")
    assert len(TRICKS) >= 25
    assert asked >= 20
    assert (outside, leaked, listener.knocks) == ([], [], 0)


def test_control_the_default_fetcher_reads_and_calls(listener, secret, figure):
    """Negative control: the same tricks with WeasyPrint's own fetcher."""
    outside, leaked = [], []
    for trick in TRICKS:
        try:
            data, opened = _draw(filled(trick, secret, listener.port), weasyprint.urls.URLFetcher(timeout=1))
        except (OSError, ValueError):
            continue
        outside += opened
        leaked += [trick] if _holds_secret(data) else []
    figure("control: files and connections with the default fetcher", len(outside), wanted="> 0")
    figure("control: knocks with the default fetcher", listener.knocks, wanted="> 0")
    figure("control: papers with the secret attached", len(leaked), wanted="> 0")
    assert outside
    assert listener.knocks
    assert leaked


def test_a_field_full_of_html_is_only_text(listener, secret, figure):
    """The way it comes: the trick is a value in a template, which escapes it."""
    template = engines["django"].from_string("<p>{{ story }}</p>")
    asked = 0
    for trick in TRICKS:
        fetcher = closed_fetcher(assets())
        data, opened = _draw(template.render({"story": filled(trick, secret, listener.port)}), fetcher)
        asked += len(fetcher.refused) + len(opened)
        assert not _holds_secret(data)
    figure("addresses asked for when the tricks are field values", asked, wanted="0")
    assert asked == 0
    assert listener.knocks == 0


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_politely(name, figure):
    start = time.process_time()
    try:
        html_to_pdf(BOMBS[name](), seconds=10)
        told = "drawn"
    except Refused as refusal:
        told = str(refusal)
    seconds = time.process_time() - start
    figure(f"{name}: CPU time", seconds, "s", wanted="≤ 10 s")
    assert told == "drawn" or "PDF" in told
    assert seconds <= 11
