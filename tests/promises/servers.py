"""Services that a promise test takes away and brings back, web processes on them, and people at browsers."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
import requests
from django.db import connection

from portal.core.actor import Actor
from portal.ops import embedded
from portal.ops.backup.place import Source, from_url
from portal.ops.bench.usage import children
from portal.ops.places import MAJOR, CannotStart, free_port, postgres_binaries, valkey_binary
from tests.promises import workers

PASSWORD = "Test-pass-2026"


@dataclass
class Valkey:
    """A broker of the test's own, that can be away and come back on its port."""

    port: int
    folder: Path
    process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def up(self) -> None:
        command = [str(valkey_binary()), "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self.process = subprocess.Popen(
            [*command, "--dir", str(self.folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        workers.until(lambda: embedded.answers(self.port), 10, "Valkey")

    def down(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


@dataclass
class Postgres:
    """A PostgreSQL of the test's own, with durable commits, that can be killed and come back on its port."""

    home: Path
    port: int
    server: embedded.Server | None = None

    def up(self, within: float = 60) -> None:
        """Start; what a killed one left in memory may stand in the way for a moment."""
        ends = time.monotonic() + within
        while True:
            try:
                self.server = embedded.start_postgres(self.home / "var", more={"fsync": "off"}, port=self.port)
                self.server.drain()
                return
            except CannotStart:
                if time.monotonic() > ends:
                    raise
                time.sleep(0.2)

    def kill(self) -> None:
        """kill -9 of the server and of every process it has, as a power cut does."""
        assert self.server is not None
        pids = [self.server.process.pid, *children(self.server.process.pid)]
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.server.process.wait(20)

    @property
    def source(self) -> Source:
        password = (self.home / "var" / MAJOR / "password-portal").read_text()
        return Source("127.0.0.1", self.port, embedded.SUPERUSER, password, embedded.DATABASE)


@contextmanager
def own_postgres() -> Iterator[Postgres]:
    """A server with the schema of the test database; Django's connection, and so the processes of
    ``workers.environment``, is on it meanwhile.
    """
    home = Path(tempfile.mkdtemp(prefix="portal-postgres-"))
    home.chmod(0o755)
    dump = [str(postgres_binaries() / "pg_dump"), "--schema-only", "--no-owner", "--no-privileges"]
    test = from_url(workers.environment(home)["DATABASE_URL"])
    schema = subprocess.run(dump, env=test.environment, capture_output=True, text=True, check=True).stdout
    made = Postgres(home, free_port())
    made.up()
    source, before = made.source, dict(connection.settings_dict)
    try:
        source.sql(schema)
        connection.close()
        connection.settings_dict.update(
            HOST=source.host, PORT=source.port, USER=source.user, PASSWORD=source.password, NAME=source.database
        )
        yield made
    finally:
        connection.close()
        connection.settings_dict.update(before)
        if made.server is not None:
            made.server.stop(20)
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def copied(name: str) -> Iterator[str]:
    """A copy of the test's database as it is now, beside it; its name."""
    test = connection.settings_dict["NAME"]
    connection.close()
    copy = f"{test}_{name}"
    # a template must have no other sessions: threads of tests before may have left some
    beside(alone(test), alone(copy), f'DROP DATABASE IF EXISTS "{copy}"', f'CREATE DATABASE "{copy}" TEMPLATE "{test}"')
    try:
        yield copy
    finally:
        connection.close()
        beside(alone(copy), f'DROP DATABASE "{copy}"')


def alone(name: str) -> str:
    """Ends our sessions in a database. ``WITH (FORCE)`` would stumble over autovacuum, which is not ours to end."""
    return f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND usename = current_user"


@contextmanager
def at_database(name: str) -> Iterator[None]:
    """Django's connection, and so the processes of ``workers.environment``, in another database of the server."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def beside(*statements: str) -> None:
    """Statements that cannot run in the database they concern."""
    found = connection.settings_dict
    where = {"host": found["HOST"], "port": found["PORT"], "user": found["USER"], "password": found["PASSWORD"]}
    line = psycopg2.connect(dbname="postgres", **{key: value for key, value in where.items() if value})
    line.autocommit = True
    with line.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    line.close()


@contextmanager
def web(folder: Path) -> Iterator[str]:
    """gunicorn as in production, two processes; its address."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "portal.wsgi:application", "--worker-class", "gthread"]
    command += ["--threads", "4", "--workers", "2", "--bind", f"127.0.0.1:{port}", "--log-level", "warning"]
    with (folder / "web.log").open("ab") as log:
        process = subprocess.Popen(
            [*command, "--no-control-socket"], cwd=workers.ROOT, env=workers.environment(folder), stdout=log,
            stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        workers.until(lambda: embedded.answers(port), 60, "the web server")
        yield f"http://127.0.0.1:{port}"
    finally:
        workers.kill(process)


@dataclass
class Person:
    """Somebody at a browser: signs in, presses buttons. ``seen`` counts the answers."""

    base: str
    actor: Actor
    seen: Counter = field(default_factory=Counter)
    http: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str) -> requests.Response:
        answer = self.http.get(self.base + path, timeout=30, allow_redirects=False)
        self.seen[answer.status_code] += 1
        return answer

    def post(self, path: str, **values: str) -> requests.Response:
        token = self.http.cookies.get("csrftoken", "")
        answer = self.http.post(
            self.base + path, {"csrfmiddlewaretoken": token, **values}, timeout=30, allow_redirects=False,
            headers={"Referer": self.base + path},
        )  # fmt: skip
        self.seen[answer.status_code] += 1
        return answer

    def sign_in(self, password: str = PASSWORD) -> bool:
        self.get("/account/login/")
        return self.post("/account/login/", login=self.actor.user.username, password=password).status_code == 302
