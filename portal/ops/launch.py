"""`make demo`: services, migrations, the demo world and all processes, with one command and one Ctrl-C."""

import os
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from portal.ops import embedded
from portal.ops.backup.make import archive_settings
from portal.ops.backup.place import backup_dir
from portal.ops.keys import demo_keys
from portal.ops.places import other_user
from portal.ops.processes import PREPARE, PROCESSES, Process
from portal.ops.supervisor import Supervisor, say

ROOT = Path(__file__).resolve().parents[2]
ANSWERS_WITHIN = 60.0


def main() -> int:
    """Start everything, say where it is, wait for Ctrl-C, stop everything."""
    started = time.monotonic()
    port = int(os.environ.get("PORT", "8000"))
    refuse_used_port(port)
    os.chdir(ROOT)
    var = Path(os.environ.get("VAR_DIR", ROOT / "var")).resolve()
    supervisor = Supervisor()
    supervisor.catch_signals()
    try:
        env = environment(var, port)
        owner = start_services(supervisor, env, var)
        accounts = prepare(supervisor, env, owner)
        # the page comes first: on two processors the workers' start would keep it waiting
        start_processes(supervisor, env, PROCESSES[:1])
        if wait_for_page(supervisor, f"http://127.0.0.1:{port}/healthz"):
            start_processes(supervisor, env, PROCESSES[1:])
            announce(port, accounts, time.monotonic() - started)
        while not supervisor.stopping.wait(1):
            pass
    except embedded.CannotStart as reason:
        supervisor.reasons.append(str(reason))
    return supervisor.stop_all()


def refuse_used_port(port: int) -> None:
    """Say so before a minute of preparation, not after it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise SystemExit(f"Port {port} is taken on this machine: choose another one, PORT=8001 make demo") from None


def environment(var: Path, port: int) -> dict[str, str]:
    """The settings of a local installation; whatever the caller has set wins."""
    defaults = {
        "HTTPS": "off",
        "VAR_DIR": str(var),
        "STATIC_ROOT": str(var / "static"),
        "SITE_URL": f"http://127.0.0.1:{port}",
        "CSRF_TRUSTED_ORIGINS": f"http://127.0.0.1:{port},http://localhost:{port}",
        "WEB_CONCURRENCY": "2",
        # so that the accounts can be tried without an authenticator; STAFF_SECOND_FACTOR=required make demo
        # shows the real thing
        "STAFF_SECOND_FACTOR": "optional",
        # AHEAD=8 make demo: the day on which a public notice posted today is over
        "DAYS_AHEAD": os.environ.get("AHEAD", "0"),
        "GUNICORN_CMD_ARGS": f"--bind=127.0.0.1:{port}",
        "PYTHONUNBUFFERED": "1",
        # a demo may be tried as root; in production the image has a user of its own
        "PYTHONWARNINGS": "ignore:You're running the worker",
        **demo_keys(var),
    }
    env = {**defaults, **os.environ}
    # a bytecode cache is what makes the second start quick
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    return env


def start_services(supervisor: Supervisor, env: dict[str, str], var: Path) -> dict[str, str]:
    """Start what the environment does not name; returns the environment of the role that migrates."""
    if "DATABASE_URL" not in env:
        postgres = embedded.start_postgres(var, more=archiving(env))
        supervisor.adopt(postgres, var / "logs")
        env["DATABASE_URL"] = postgres.urls["app"]
        env["DATABASE_OWNER_URL"] = postgres.urls["owner"]
    if "REDIS_URL" not in env:
        valkey = embedded.start_valkey(var / "valkey")
        supervisor.adopt(valkey, var / "logs")
        env["REDIS_URL"] = valkey.urls["redis"]
    env.setdefault("DATABASE_OWNER_URL", env["DATABASE_URL"])
    return {**env, "DATABASE_URL": env["DATABASE_OWNER_URL"]}


def archiving(env: dict[str, str]) -> dict[str, str]:
    """With BACKUP_DIR, the server archives its log there; its account must be able to write."""
    if "BACKUP_DIR" not in env:
        return {}
    folder = backup_dir()
    (folder / "wal").mkdir(parents=True, exist_ok=True)
    if who := other_user():
        os.chown(folder / "wal", who["user"], who["group"])
    return archive_settings(folder)


def prepare(supervisor: Supervisor, env: dict[str, str], owner: dict[str, str]) -> str:
    """Migrations and rights as the owner, the demo world as the working role; returns the table of accounts."""
    say("portal", "preparing the database")
    if static_is_old(Path(env["STATIC_ROOT"])):
        run(supervisor, ("python", "manage.py", "collectstatic", "--noinput", "--clear", "--verbosity", "0"), env)
    run(supervisor, PREPARE, owner)
    return run(supervisor, ("python", "manage.py", "demo_world", "--if-empty", "--accounts"), env)


def run(supervisor: Supervisor, command: tuple[str, ...], env: dict[str, str]) -> str:
    """One preparing step, unless we are already stopping."""
    return "" if supervisor.stopping.is_set() else supervisor.step([sys.executable, *command[1:]], env)


def static_is_old(collected: Path) -> bool:
    """Whether the front end was built since its files were last collected."""
    built, made = ROOT / "static" / "dist" / "manifest.json", collected / "staticfiles.json"
    return not made.exists() or (built.exists() and built.stat().st_mtime > made.stat().st_mtime)


def start_processes(supervisor: Supervisor, env: dict[str, str], processes: tuple[Process, ...]) -> None:
    """Start these at once; `python` is the one of this environment."""
    for process in processes:
        if supervisor.stopping.is_set():
            return
        command = [sys.executable, *process.command[1:]]
        supervisor.spawn(process.name, command, env, process.stop_signal, process.grace)


def wait_for_page(supervisor: Supervisor, url: str) -> bool:
    """Whether the web server answers before the time is over."""
    until = time.monotonic() + ANSWERS_WITHIN
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while not supervisor.stopping.wait(0.1):
        try:
            direct.open(url, timeout=5).close()
            return True
        except urllib.error.HTTPError as answer:
            supervisor.reasons.append(f"{url} answers {answer.code}")
        except OSError:
            if time.monotonic() < until:
                continue
            supervisor.reasons.append(f"{url} does not answer within {ANSWERS_WITHIN:.0f} s")
        supervisor.stopping.set()
    return False


def announce(port: int, accounts: str, seconds: float) -> None:
    """What the person at the terminal needs: where, as whom, how to stop."""
    sys.stdout.write(
        f"\n{accounts.rstrip()}\n\n  http://127.0.0.1:{port}   ready after {seconds:.1f} s, Ctrl-C stops all\n\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
