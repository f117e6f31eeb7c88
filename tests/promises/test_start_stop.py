"""P-OPS1: from nothing to running by one command, and a clean stop that loses neither a request nor a task.

The command is the one of `make demo`, which starts the same processes as docker-compose.yml (tests/ops compares them);
installing packages and images is not part of it. Negative control: the same people at work when all is killed.
"""

import http.client
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
from django.db.models import Count

from portal.core import jobs
from portal.core.models import Job, Message
from portal.ops import embedded
from portal.ops.bench.usage import children
from portal.ops.places import MAJOR, free_port
from programs.models import Entry
from tests import factories
from tests.api.calls import Api
from tests.promises import workers

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True), pytest.mark.promise("P-OPS1")]
SERVICES = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_APP_URL", "REDIS_URL", "PORTAL_APP_ROLE")


@dataclass
class Launched:
    """The portal as `make demo` runs it; ``seconds`` until the page answered."""

    process: subprocess.Popen
    port: int
    log: Path
    seconds: float = 0.0

    def stop(self) -> int:
        """One SIGTERM; the exit code, 0 when all ended by themselves in their time."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def kill(self) -> None:
        for pid in (*children(self.process.pid), self.process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(20)


@contextmanager
def launched(var: Path, environment: dict[str, str], within: float) -> Iterator[Launched]:
    port, began = free_port(), time.monotonic()
    given = {"PORT": str(port), "VAR_DIR": str(var), "STAFF_SECOND_FACTOR": "optional", "MAIL_PER_MINUTE": "0"}
    path = var.parent / f"launch-{port}.log"
    with path.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "portal.ops.launch"], cwd=workers.ROOT, env={**environment, **given}, stdout=log,
            stderr=log, start_new_session=True,
        )  # fmt: skip
    made = Launched(process, port, path)
    try:
        workers.until(lambda: "ready after" in made.log.read_text(), within, "the portal")
        made.seconds = time.monotonic() - began
        yield made
    finally:
        if process.poll() is None:
            made.stop()


def on_the_test_s_services(var: Path) -> dict[str, str]:
    """Database and broker of the test: there is data already, so no demo world is made."""
    (var / "static").mkdir(parents=True)  # nothing is collected
    (var / "static" / "staticfiles.json").write_text("{}")
    return {**workers.environment(var), "STATIC_FROM_SOURCE": "on"}


@dataclass
class Pressing:
    """Somebody who starts one entry after another until there is no server any more."""

    port: int
    headers: dict[str, str]
    body: str
    told: list[int] = field(default_factory=list)
    ends: Counter = field(default_factory=Counter)

    def work(self) -> None:
        for _n in itertools.count():
            line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            try:
                line.request("POST", "/api/v1/entries/", self.body, self.headers)
            except OSError:
                self.ends["not taken"] += 1
                return
            try:
                answer = line.getresponse()
                self.told.append(json.loads(answer.read())["id"])
            except (OSError, http.client.HTTPException, ValueError):
                self.ends["without an answer"] += 1
                return
            finally:
                line.close()


def crowd(world, port: int, people: int) -> tuple[list[Pressing], list[threading.Thread]]:
    call, person = factories.call(world["officer"], places=2000), factories.member(world["u"])
    body = json.dumps({"call": call.pk, "category": call.categories.first().key, "member": person.pk})
    headers = {"Authorization": f"Bearer {Api(world['u.chair']).secret}", "Content-Type": "application/json"}
    pressing = [Pressing(port, headers, body) for _n in range(people)]
    threads = [threading.Thread(target=one.work) for one in pressing]
    for thread in threads:
        thread.start()
    return pressing, threads


def untold(pressing: list[Pressing]) -> tuple[set[int], set[int]]:
    """(done and told to nobody, told and not there)."""
    told, there = {pk for one in pressing for pk in one.told}, set(Entry.objects.values_list("pk", flat=True))
    return there - told, told - there


def test_started_stopped_under_load_started_again_and_killed(world, figure, full_size, tmp_path, monkeypatch):
    people, tasks = (12, 60) if full_size else (4, 8)
    monkeypatch.setenv("API_PER_MINUTE", "1000000")
    monkeypatch.setattr(workers, "_BROKER", 8)
    users = [factories.user(f"收信人{n}").pk for n in range(120)]
    var = tmp_path / "var"
    environment = on_the_test_s_services(var)
    with launched(var, environment, 240) as portal:
        assert signs_in(portal.port, world["u.chair"].user.username, "Test-pass-2026")
        pressing, threads = crowd(world, portal.port, people)
        for n in range(tasks):
            jobs.start("core.broadcast", world["officer"], "通知", {"users": users, "subject": f"通知 {n}"})
        workers.until(lambda: all(len(one.told) > 1 for one in pressing), 180, "everybody at work")
        workers.until(lambda: Job.objects.filter(state=Job.State.DONE).count() > 1, 180, "the first tasks")
        code = portal.stop()
        for thread in threads:
            thread.join()
        log = portal.log.read_text()
    open_jobs = Job.objects.exclude(state=Job.State.DONE)
    left, (done, missing) = open_jobs.count(), untold(pressing)
    ends = sum((one.ends for one in pressing), Counter())
    with launched(var, environment, 240) as portal:
        cut, threads = crowd(world, portal.port, 4)
        workers.until(lambda: not open_jobs.exists(), 180, "the tasks that were left")
        workers.until(lambda: all(one.told for one in cut), 180, "everybody at work")
        portal.kill()
        for thread in threads:
            thread.join()
    rows = Message.objects.filter(subject__startswith="通知 ").values("user", "subject").annotate(n=Count("pk"))
    got = [row["n"] for row in rows]
    without = sum((one.ends for one in cut), Counter())["without an answer"]
    figure("people at work, acts they were told of", f"{people}, {sum(len(one.told) for one in pressing)}")
    figure("exit code of the stop", code, wanted="0")
    figure("acts done of which nobody was told", len(done), wanted="0")
    figure("acts told and not there", len(missing), wanted="0")
    figure("tasks, of which left for the next start", f"{tasks}, {left}")
    figure("messages of the tasks not told once", sum(n != 1 for n in got) + tasks * 120 - len(got), wanted="0")
    figure("control: killed, people left without an answer", without, wanted="> 0")
    assert (code, done, missing) == (0, set(), set()), log[-2000:]
    assert "killed" not in log and "all stopped" in log
    assert ends.total() == people and len(got) == tasks * 120 and set(got) == {1}
    assert without > 0, "a stop like this would be noticed by the people above"


@pytest.fixture
def nowhere() -> Iterator[Path]:
    """An empty folder that PostgreSQL's own account may enter."""
    home = Path(tempfile.mkdtemp(prefix="portal-new-"))
    home.chmod(0o755)
    yield home
    shutil.rmtree(home, ignore_errors=True)


def test_from_nothing_to_a_page_somebody_can_sign_in_to(nowhere, figure, full_size):
    """Services, migrations, demo world and all processes in an empty folder; small: the database alone."""
    var = nowhere / "var"
    var.mkdir()
    if not full_size:
        began = time.monotonic()
        server = embedded.start_postgres(var, throwaway=True)
        server.drain()
        server.stop()
        figure("from nothing to a database", time.monotonic() - began, "s", "≤ 600 s")
        assert (var / MAJOR / "data" / "PG_VERSION").exists()
        return
    environment = {name: value for name, value in os.environ.items() if name not in SERVICES}
    with launched(var, environment, 600) as portal:
        signed_in = signs_in(portal.port, "zhujianping", "Gonghui-2026")
        ready = f"http://127.0.0.1:{portal.port}/readyz"
        workers.until(lambda: not requests.get(ready, timeout=30).json()["degraded"], 120, "all parts")
        code = portal.stop()
    figure("from nothing to a page, without installing packages", portal.seconds, "s", "≤ 600 s")
    figure("exit code of the stop", code, wanted="0")
    assert signed_in and code == 0 and portal.seconds <= 600


def signs_in(port: int, username: str, password: str) -> bool:
    base = f"http://127.0.0.1:{port}/account/login/"
    with requests.Session() as visitor:
        visitor.get(base, timeout=30)
        form = {"login": username, "password": password, "csrfmiddlewaretoken": visitor.cookies["csrftoken"]}
        answer = visitor.post(base, form, headers={"Referer": base}, timeout=30, allow_redirects=False)
    return answer.status_code == 302
