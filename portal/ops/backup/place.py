"""Where the backup lies, which server it is of, and how to talk to it."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from portal.ops import embedded
from portal.ops.places import ENVIRONMENT, MAJOR, CannotStart, elsewhere, postgres_binaries

ROOT = Path(__file__).resolve().parents[3]
#: Rows are compared as text: the same on both sides, whatever the server is set to.
PLAIN = "-c timezone=UTC -c datestyle=ISO -c bytea_output=hex -c extra_float_digits=1 -c statement_timeout=0"


class Failed(SystemExit):
    """A sentence for the person at the terminal; the exit code is 1."""


def var_dir() -> Path:
    return Path(os.environ.get("VAR_DIR", ROOT / "var")).resolve()


def backup_dir() -> Path:
    """BACKUP_DIR: another disk, better another machine's."""
    named = os.environ.get("BACKUP_DIR")
    if not named:
        raise Failed("Set BACKUP_DIR to the folder for backups, on another disk than the database.")
    folder = Path(named).resolve()
    if "'" in str(folder) or "%" in str(folder):
        raise Failed("BACKUP_DIR must not contain ' or %: it becomes part of a command of the server.")
    return folder


def binaries() -> Path:
    """PostgreSQL's programs, of the server's own major version: PG_BIN, else the embedded ones."""
    return Path(os.environ["PG_BIN"]) if "PG_BIN" in os.environ else postgres_binaries()


@dataclass(frozen=True)
class Source:
    """A running server, as a role that may replicate. The password travels in the environment, never in arguments."""

    host: str
    port: int
    user: str
    password: str
    database: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            **ENVIRONMENT, "PGHOST": self.host, "PGPORT": str(self.port), "PGUSER": self.user,
            "PGPASSWORD": self.password, "PGDATABASE": self.database, "PGOPTIONS": PLAIN, "PGCONNECT_TIMEOUT": "10",
        }  # fmt: skip

    def sql(self, statements: str) -> list[list[str]]:
        """Run statements, each on its own, and return their rows as text."""
        command = [str(binaries() / "psql"), "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-f", "-"]
        done = subprocess.run(
            command, input=statements, env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise Failed(f"psql: {done.stderr.strip()}")
        return [line.split("\t") for line in done.stdout.splitlines()]

    def value(self, statement: str) -> str:
        return self.sql(statement)[0][0]


def from_url(url: str) -> Source:
    parts = urlsplit(url)
    name, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Source(parts.hostname or "127.0.0.1", parts.port or 5432, name, password, parts.path.lstrip("/"))


def source() -> Source:
    """BACKUP_DATABASE_URL (a role with REPLICATION), else the running embedded server of VAR_DIR."""
    if url := os.environ.get("BACKUP_DATABASE_URL"):
        return from_url(url)
    base = var_dir() / MAJOR
    for home in (base, elsewhere(base) / MAJOR):
        pidfile = home / "data" / "postmaster.pid"
        if pidfile.exists():
            port = int(pidfile.read_text().splitlines()[3])
            password = (home / f"password-{embedded.SUPERUSER}").read_text()
            return Source("127.0.0.1", port, embedded.SUPERUSER, password, embedded.DATABASE)
    raise CannotStart("No running server: set BACKUP_DATABASE_URL, or start `make demo` on this VAR_DIR.")
