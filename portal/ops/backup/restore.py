"""Putting a backup back: the newest state, a minute of yesterday, or a mark."""

import json
import os
import secrets
import shutil
import signal
import subprocess
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from portal.ops import embedded
from portal.ops.backup import check, make
from portal.ops.backup.place import Failed, Source, binaries
from portal.ops.places import ENVIRONMENT, can_run, free_port, other_user

READY_WITHIN = 3600.0


@dataclass(frozen=True)
class Target:
    """Where to stop: at a moment (with its zone), at a mark, or at the end of the log."""

    at: datetime | None = None
    mark: str = ""

    def settings(self) -> dict[str, str]:
        if self.at is not None:
            return {"recovery_target_time": self.at.astimezone(UTC).isoformat(sep=" ")}
        return {"recovery_target_name": self.mark} if self.mark else {}

    def choose(self, folder: Path) -> Path:
        """The newest base backup that ended before."""
        until = self.at or (_moment(self.mark) if self.mark else None)
        fitting = [one for one in make.bases(folder) if until is None or _ended(one) <= until]
        if not fitting:
            raise Failed("There is no base backup from before that moment.")
        return fitting[-1]


def _moment(mark: str) -> datetime:
    return datetime.strptime(mark, "mark-%Y%m%dT%H%M%S%fZ").replace(tzinfo=UTC)


def _ended(backup: Path) -> datetime:
    return datetime.fromisoformat(json.loads((backup / "about.json").read_text())["ended"])


def restore(folder: Path, data: Path, files: Path, target: Target) -> Path:
    """Check the backup, unpack it, replay the log up to the target, stop; returns the backup used.

    ``data`` becomes a cluster that can be started, ``files`` the folder of uploads. Both must not exist yet: a restore
    never writes over anything.
    """
    for place in (data, files):
        if place.exists() and any(place.iterdir()):
            raise Failed(f"{place} is not empty: restore into a new place, then exchange the two.")
    backup = target.choose(folder)
    check.refuse_bad(folder, backup)
    _unpack(backup, data)
    _recover(folder, data, target)
    shutil.copytree(folder / "files", files, dirs_exist_ok=True)
    return backup


def _unpack(backup: Path, data: Path) -> None:
    who = other_user()
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, place in (("base.tar.gz", data), ("pg_wal.tar.gz", data / "pg_wal")):
        with tarfile.open(backup / name) as tar:
            tar.extractall(place, filter="data")
    if who:
        for path in (data, *data.rglob("*")):
            os.chown(path, who["user"], who["group"], follow_symlinks=False)
        if not can_run(data, who):
            raise Failed(f"PostgreSQL's account cannot enter {data}: choose an open folder.")
    data.chmod(0o700)


def _recover(folder: Path, data: Path, target: Target) -> None:
    """Replay as the server itself does, then stop it cleanly."""
    (data / "recovery.signal").touch()
    settings = {
        "restore_command": make.RESTORE.format(wal=folder / "wal"),
        "recovery_target_action": "promote",
        "archive_mode": "off",
        **target.settings(),
    }
    with running(data, settings):
        pass
    if _state(data) != "shut down":
        raise Failed(f"The restored cluster did not stop cleanly ({_state(data)}): do not start it, restore again.")


@contextmanager
def running(data: Path, settings: dict[str, str], like: Source | None = None) -> Iterator[Source]:
    """The restored cluster as a server on a port of its own; with ``like``, under that one's name and password."""
    port = free_port()
    given = {**embedded.SETTINGS, **settings, "port": str(port), "max_wal_senders": "10"}
    process = subprocess.Popen(
        [str(binaries() / "postgres"), "-D", str(data), *(f"--{key}={value}" for key, value in given.items())],
        env=ENVIRONMENT, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        preexec_fn=embedded.die_with_parent, **other_user(),
    )  # fmt: skip
    server = embedded.Server("restored", process, signal.SIGINT)
    words: list[str] = []
    server.drain(words.append)
    try:
        _wait_promoted(process, data, port, words)
        made = like or Source("127.0.0.1", port, embedded.SUPERUSER, "", embedded.DATABASE)
        yield replace(made, host="127.0.0.1", port=port)
    finally:
        server.stop(60)


def _wait_promoted(process: subprocess.Popen, data: Path, port: int, words: list[str]) -> None:
    """Ready when it has left recovery, by the control file, and takes connections.

    The signal file goes and connections are taken a moment earlier. A server stopped in that moment replays the whole
    log at its next start, beyond the target: what was to be undone would be back.
    """
    until = time.monotonic() + READY_WITHIN
    probe = [str(binaries() / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    while _state(data) != "in production" or subprocess.call(probe, env=ENVIRONMENT):
        if process.poll() is not None:
            last = [line for line in words if "FATAL" in line or "PANIC" in line][-1:] or words[-3:]
            raise Failed("The log could not be replayed that far: " + " ".join(line.strip() for line in last))
        if time.monotonic() > until:
            raise Failed("Replaying took more than an hour.")
        time.sleep(0.05)


def _state(data: Path) -> str:
    """What the control file says of the cluster, as "in archive recovery"."""
    command = [str(binaries() / "pg_controldata"), "-D", str(data)]
    lines = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False).stdout.splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("Database cluster state")), "")


def new_password(data: Path) -> None:
    """For the embedded cluster: a new password of its superuser, in the file beside it where the launcher looks."""
    path = data.parent / f"password-{embedded.SUPERUSER}"
    path.unlink(missing_ok=True)
    word = secrets.token_hex(16)
    statement = f"ALTER ROLE {embedded.SUPERUSER} PASSWORD '{word}';\n"
    done = subprocess.run(
        [str(binaries() / "postgres"), "--single", "-D", str(data), "postgres"],
        input=statement, env=ENVIRONMENT, cwd="/", capture_output=True, text=True, check=False, **other_user(),
    )  # fmt: skip
    if done.returncode:
        raise Failed(f"The password could not be set: {done.stderr.strip()}")
    path.write_text(word)
    path.chmod(0o600)
    if who := other_user():
        os.chown(path, who["user"], who["group"])
