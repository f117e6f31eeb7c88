"""What is measured: services of the run's own, seeded databases, the portal and the yardstick behind gunicorn."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from portal.ops import embedded
from portal.ops.bench.load import ask
from portal.ops.keys import demo_keys
from portal.ops.places import free_port
from portal.ops.processes import PROCESSES

ROOT = Path(__file__).resolve().parents[3]
YARDSTICK = Path(__file__).resolve().parent / "yardstick"
#: The portal's own web process as in production, with two workers.
WEB = next(one for one in PROCESSES if one.name == "web").command


class Failed(Exception):
    """A command of the run that ended badly, with what it said."""


@dataclass
class Site:
    """A running web server: its port, its parent process, the cookie it knows somebody by."""

    port: int
    process: subprocess.Popen
    cookie: str = ""


@dataclass
class Stage:
    """Services and databases of one run; `stack` ends them all."""

    stack: ExitStack
    folder: Path
    database: int = 0
    base: str = ""
    environment: dict[str, str] = field(default_factory=dict)

    @classmethod
    def build(cls, stack: ExitStack, folder: Path) -> "Stage":
        folder.chmod(0o755)
        postgres = embedded.start_postgres(folder, throwaway=True)
        postgres.drain()
        stack.callback(postgres.stop)
        valkey = embedded.start_valkey(folder / "valkey")
        valkey.drain()
        stack.callback(valkey.stop)
        stage = cls(stack, folder, postgres.process.pid, postgres.urls["owner"].rpartition("/")[0])
        (folder / "var").mkdir()
        stage.environment = {
            **os.environ, "REDIS_URL": valkey.urls["redis"], "PORTAL_APP_ROLE": embedded.APP, "DEBUG": "off",
            "HTTPS": "off", "STAFF_SECOND_FACTOR": "optional", **demo_keys(folder / "var"),
        }  # fmt: skip
        # cold starts mislead where the compiled files may not be kept
        stage.environment.pop("PYTHONDONTWRITEBYTECODE", None)
        return stage

    def place(self, name: str) -> dict[str, str]:
        """The environment of the portal on the database of that name."""
        files = self.folder / "var" / name
        files.mkdir(exist_ok=True)
        return {**self.environment, "DATABASE_URL": f"{self.base}/{name}", "VAR_DIR": str(files)}

    def run(self, command: list[str], env: dict[str, str], cwd: Path = ROOT) -> str:
        """Run a command to its end; its last line. Raises with what it said when it fails."""
        done = subprocess.run([sys.executable, *command], env=env, cwd=cwd, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Failed(f"{' '.join(command)} failed\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
        return done.stdout.strip().rpartition("\n")[2]

    def seed(self, name: str, units: int, members: int, entries: int) -> float:
        """Make and fill a database; returns the seconds that filling took."""
        self.database_of(name)
        env = self.place(name)
        self.run(["manage.py", "migrate", "-v0"], env)
        self.run(["manage.py", "collectstatic", "--noinput", "-v0"], env)
        began = time.monotonic()
        sizes = ["--units", str(units), "--members", str(members), "--entries", str(entries)]
        self.run(["manage.py", "seed_world", "--scale", "city", *sizes], env)
        taken = time.monotonic() - began
        # else the server does it by itself while the pages are measured, and their figures hold its work
        self.run(["-c", _TIDY, f"{self.base}/{name}"], self.environment)
        return taken

    def inside(self, name: str, *what: str) -> dict:
        """Ask the portal from inside (`yardstick/inside.py`)."""
        return json.loads(self.run(["-W", "ignore", str(YARDSTICK / "inside.py"), *what], self.place(name)))

    def sheets(self, name: str, *what: str) -> dict:
        """A job with a sheet inside the portal (`yardstick/sheets_inside.py`)."""
        command = ["-W", "ignore", str(YARDSTICK / "sheets_inside.py"), str(self.database), *what]
        return json.loads(self.run(command, self.place(name)))

    def bare_sheets(self, *what: str) -> dict:
        """The same without the portal (`yardstick/sheets_bare.py`)."""
        command = [str(YARDSTICK / "sheets_bare.py"), str(self.database), *what]
        return json.loads(self.run(command, self.environment))

    def database_of(self, name: str) -> str:
        """The address of a new empty database."""
        self.run(["-c", _MAKE, f"{self.base}/portal", name], self.environment)
        return f"{self.base}/{name}"

    def bare(self, members: int, entries: int) -> Site:
        """The yardstick, filled with as many rows."""
        url = urlsplit(self.base)
        env = {
            **self.environment, "BARE_NAME": "bare", "BARE_USER": url.username or "", "BARE_HOST": url.hostname or "",
            "BARE_PASSWORD": url.password or "", "BARE_PORT": str(url.port),
        }  # fmt: skip
        self.database_of("bare")
        key = self.run(["bare.py", str(members), str(entries)], env, YARDSTICK)
        site = self.serve(["-m", "gunicorn", "bare:application", *WEB[4:]], env, YARDSTICK, "/")
        site.cookie = f"sessionid={key}"
        return site

    def portal(self, name: str) -> Site:
        return self.serve(list(WEB[1:]), self.place(name), ROOT, "/healthz")

    def serve(self, command: list[str], env: dict[str, str], cwd: Path, alive: str) -> Site:
        port = free_port()
        process = subprocess.Popen(
            [sys.executable, *command, "--bind", f"127.0.0.1:{port}", "--workers", "2"],
            env=env, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=embedded.die_with_parent,
        )  # fmt: skip
        site = Site(port, process)
        self.stack.callback(stop, site)
        for _n in range(300):
            try:
                ask(port, alive, "")
                return site
            except OSError:
                time.sleep(0.1)
        raise Failed(f"{command[2]} does not answer")


def stop(site: Site) -> None:
    if site.process.poll() is None:
        site.process.send_signal(signal.SIGTERM)
        site.process.wait(20)


#: The harness knows no database driver's API beyond these lines.
_TIDY = """
import sys, psycopg2
connection = psycopg2.connect(sys.argv[1]); connection.autocommit = True
connection.cursor().execute("VACUUM (ANALYZE)")
"""
_MAKE = """
import sys, psycopg2
connection = psycopg2.connect(sys.argv[1]); connection.autocommit = True
connection.cursor().execute(f"CREATE DATABASE {sys.argv[2]}")
"""
