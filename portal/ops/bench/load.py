"""Asking pages over HTTP, one after another or several at once, with what each answer took."""

import http.client
import threading
import time
from dataclasses import dataclass, field
from random import randrange
from statistics import median
from urllib.parse import quote

from portal.ops.bench import usage


@dataclass
class Taken:
    """What a round measured: milliseconds per answer, answers a second, processor ms per answer."""

    times: list[float] = field(default_factory=list)
    wrong: list[int] = field(default_factory=list)
    size: int = 0
    cpu_app: float = 0.0
    cpu_db: float = 0.0
    seconds: float = 0.0

    def figures(self) -> dict[str, float]:
        n = max(1, len(self.times))
        ordered = sorted(self.times) or [0.0]
        return {
            "answers": len(self.times), "wrong": len(self.wrong), "kb": round(self.size / 1024, 1),
            "cpu_app": round(self.cpu_app * 1000 / n, 2), "cpu_db": round(self.cpu_db * 1000 / n, 2),
            "cpu": round((self.cpu_app + self.cpu_db) * 1000 / n, 2), "median": round(median(ordered), 1),
            "p95": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], 1),
            "per_second": round(n / self.seconds, 2) if self.seconds else 0.0,
        }  # fmt: skip


def ask(port: int, path: str, cookie: str) -> tuple[int, int, float]:
    """(status, bytes, milliseconds) of one GET on a connection of its own."""
    began = time.perf_counter()
    # public pages count the visits of an address; everybody here comes from one of their own
    source = (f"127.0.{randrange(200)}.{randrange(1, 250)}", 0)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60, source_address=source)
    try:
        connection.request("GET", quote(path, safe="/?=&+%"), headers={"Cookie": cookie, "Accept": "text/html"})
        answer = connection.getresponse()
        body = answer.read()
        return answer.status, len(body), (time.perf_counter() - began) * 1000
    finally:
        connection.close()


def measure(port: int, path: str, cookie: str, at_once: int, answers: int, web: int, database: int) -> Taken:
    """`answers` GETs by `at_once` clients; `web` and `database` are the processes whose time is counted."""
    taken, lock, left = Taken(), threading.Lock(), iter(range(answers))

    def client() -> None:
        while True:
            with lock:
                if next(left, None) is None:
                    return
            try:
                status, size, ms = ask(port, path, cookie)
            except (OSError, http.client.HTTPException):
                status, size, ms = 0, 0, 0.0  # no answer at all
            with lock:
                taken.times.append(ms)
                taken.size = size
                if status != 200:
                    taken.wrong.append(status)

    before, began = (usage.spent(web), usage.spent(database)), time.perf_counter()
    clients = [threading.Thread(target=client) for _n in range(at_once)]
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    taken.seconds = time.perf_counter() - began
    taken.cpu_app, taken.cpu_db = usage.spent(web) - before[0], usage.spent(database) - before[1]
    return taken
