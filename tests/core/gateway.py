"""A gateway over real HTTP that keeps what it is asked and answers what the test says."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Gateway:
    """``answer(path, body)`` gives (status, JSON); ``asked`` are the requests so far as (path, headers, bytes)."""

    url: str
    answer: Callable[[str, bytes], tuple[int, Any]]
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def gateway(answer: Callable[[str, bytes], tuple[int, Any]]) -> Iterator[Gateway]:
    """Listens on a port of its own until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            made.asked.append((self.path, dict(self.headers), body))
            status, content = made.answer(self.path, body)
            text = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_POST = do_GET  # noqa: N815 # the library's name

        def log_message(self, *_words: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Gateway(f"http://127.0.0.1:{server.server_port}", answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
