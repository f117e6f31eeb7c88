"""Real Celery processes on the test's own database: a worker that can be killed, and the beat that runs the relay."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from django.conf import settings
from django.db import connection

from portal.ops.embedded import answers
from portal.ops.places import free_port

ROOT = Path(__file__).resolve().parents[2]
#: A Redis database of its own for each process of the test run: its tasks are nobody else's to take.
_BROKER = 9 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def environment(var: Path) -> dict[str, str]:
    """The test database, a broker of its own, and the test's folder for files."""
    found = connection.settings_dict
    user, password = quote(found["USER"]), quote(found["PASSWORD"] or "")
    place = f"{found['HOST'] or '127.0.0.1'}:{found['PORT'] or 5432}"
    database = f"postgres://{user}:{password}@{place}/{found['NAME']}"
    if str(found["HOST"]).startswith("/"):
        database = f"postgres://{user}:{password}@/{found['NAME']}?host={found['HOST']}&port={found['PORT']}"
    redis = urlunsplit(urlsplit(settings.REDIS_URL)._replace(path=f"/{_BROKER}"))
    names = {
        "DATABASE_URL": database,
        "DATABASE_OWNER_URL": database,
        "REDIS_URL": redis,
        "VAR_DIR": str(var),
        "DEBUG": "off",
    }
    return {**os.environ, **names, "DJANGO_SETTINGS_MODULE": "portal.settings"}


def start(command: list[str], var: Path, log: Path, app: str = "portal.celery:app") -> subprocess.Popen:
    """A process group of its own, so that kill -9 takes the pool's children along."""
    with log.open("ab") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "celery", "--app", app, *command],
            cwd=ROOT, env=environment(var), stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip


def worker(
    var: Path, name: str = "worker", app: str = "portal.celery:app", slots: int = 1, queues: str = "celery"
) -> subprocess.Popen:
    options = [
        "--queues",
        queues,
        "--concurrency",
        str(slots),
        "--loglevel",
        "warning",
        "--without-gossip",
        "--without-mingle",
    ]
    return start(["worker", "--hostname", f"{name}@%h", *options], var, var / f"{name}.log", app)


def kill(process: subprocess.Popen) -> None:
    """As a power cut does."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(20)


@contextmanager
def mail_sink(folder: Path) -> Iterator[str]:
    """A mail server that writes each mail down at once; its address, as EMAIL_URL wants it."""
    port = free_port()
    with (folder.parent / "sink.log").open("ab") as log:
        command = [sys.executable, "-m", "portal.ops.mailsink", str(port), str(folder)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
    try:
        until(lambda: answers(port), 20, "the mail sink")
        yield f"smtp://127.0.0.1:{port}"
    finally:
        kill(process)


@contextmanager
def beat(var: Path, app: str = "portal.celery:app") -> Iterator[None]:
    """The relay, every second."""
    var.mkdir(parents=True, exist_ok=True)
    options = ["--loglevel", "warning", "--pidfile=", "-s", str(var / "beat")]
    process = start(["beat", *options], var, var / "beat.log", app)
    try:
        yield
    finally:
        kill(process)


def until(happened: Callable[[], bool], seconds: float, what: str, why: Callable[[], object] = str) -> float:
    """Wait for something; the seconds it took. Fails with ``what``, and ``why`` of then, when it does not come."""
    began = time.monotonic()
    while not happened():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"{what} did not happen within {seconds:.0f} s {why()}")
        time.sleep(0.1)
    return time.monotonic() - began


@contextmanager
def in_background(act: Callable[[int], object]) -> Iterator[list[int]]:
    """Do it again and again in a thread; the list's one number is how often it was done. Its error is the test's."""
    done, stop, problems = [0], threading.Event(), []

    def work() -> None:
        try:
            while not stop.is_set():
                act(done[0])
                done[0] += 1
        except BaseException as problem:  # noqa: BLE001 # told to the test below
            problems.append(problem)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield done
    finally:
        stop.set()
        thread.join()
    if problems:
        raise problems[0]


def tree_memory(pid: int) -> int:
    """Resident megabytes of the largest process of the group."""
    sizes = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            if os.getpgid(int(folder.name)) != pid:
                continue
            status = (folder / "status").read_text()
        except (OSError, ProcessLookupError):
            continue
        peak = next((line for line in status.splitlines() if line.startswith("VmHWM")), "VmHWM: 0 kB")
        sizes.append(int(peak.split()[1]) // 1024)
    return max(sizes, default=0)
