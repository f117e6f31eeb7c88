"""Count and hash of every table: what a restored database is compared by.

A mark is a restore point with the figures of exactly that moment. Writers wait for the few milliseconds between the
lock and the snapshot; the counting itself goes on beside them.
"""

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from portal.ops.backup.place import Failed, Source, binaries

TABLES = """SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables
            WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1;"""
#: The sum does not depend on the order of the rows; two seeds make 128 bits.
FIGURE = """SELECT '{table}', count(*), coalesce(sum(hashtextextended(t::text, 1)), 0) || ':' ||
            coalesce(sum(hashtextextended(t::text, 2)), 0) FROM {table} t;"""
TRIES = 5

Figures = dict[str, tuple[int, str]]


def tables(source: Source) -> list[str]:
    return [row[0] for row in source.sql(TABLES)]


def _figures(rows: list[list[str]]) -> Figures:
    return {table: (int(count), digest) for table, count, digest in rows}


def of(source: Source, snapshot: str = "") -> Figures:
    """Table → (rows, hash), all of one moment."""
    begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
    adopt = f"SET TRANSACTION SNAPSHOT '{snapshot}';" if snapshot else ""
    queries = "\n".join(FIGURE.format(table=table) for table in tables(source))
    return _figures(source.sql(f"{begin}\n{adopt}\n{queries}\nCOMMIT;"))


def mark(source: Source, folder: Path) -> str:
    """Make a restore point and keep the figures of its moment in ``marks/``; returns its name."""
    name = f"mark-{datetime.now(UTC):%Y%m%dT%H%M%S%f}Z"
    for attempt in range(TRIES):
        found = _at_once(source, name)
        if found is not None:
            break
        if attempt == TRIES - 1:
            raise Failed("The tables were busy: no quiet moment of 3 s for a mark. Try again.")
    marks = folder / "marks"
    marks.mkdir(parents=True, exist_ok=True)
    (marks / f"{name}.json").write_text(json.dumps({"taken": datetime.now(UTC).isoformat(), "tables": found}, indent=1))
    return name


def _at_once(source: Source, name: str) -> Figures | None:
    """Lock, mark, take the snapshot, unlock; then count within the snapshot. None when the locks were not to be had."""
    command = [str(binaries() / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-"]
    holder = subprocess.Popen(
        command, env=source.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert holder.stdin and holder.stdout
    with holder:
        locks = f"LOCK TABLE {', '.join(tables(source))} IN SHARE MODE;\n"
        # one statement with one limit: nobody waits for us longer than that
        holder.stdin.write(f"BEGIN ISOLATION LEVEL REPEATABLE READ;\nSET LOCAL statement_timeout = '3s';\n{locks}")
        holder.stdin.write(f"SELECT pg_create_restore_point('{name}') IS NULL;\nSELECT pg_export_snapshot();\n")
        holder.stdin.flush()
        if not holder.stdout.readline():
            return None
        snapshot = holder.stdout.readline().strip()
        # the counting session must hold the snapshot before this one lets go
        counting = _counting(source, snapshot)
        holder.stdin.write("COMMIT;\n")
        holder.stdin.close()
        return _finish(counting, source)


def _counting(source: Source, snapshot: str) -> subprocess.Popen:
    command = [str(binaries() / "psql"), "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-f", "-"]
    process = subprocess.Popen(
        command, env=source.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin and process.stdout
    process.stdin.write(f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\nSET TRANSACTION SNAPSHOT '{snapshot}';\n")
    process.stdin.write("SELECT 'ready';\n")
    process.stdin.flush()
    if process.stdout.readline().strip() != "ready":
        raise Failed("the snapshot was not to be had")
    return process


def _finish(process: subprocess.Popen, source: Source) -> Figures:
    queries = "\n".join(FIGURE.format(table=table) for table in tables(source))
    output, _nothing = process.communicate(f"{queries}\nCOMMIT;\n")
    if process.returncode:
        raise Failed("counting the tables failed")
    return _figures([line.split("\t") for line in output.splitlines()])


def read_mark(folder: Path, name: str) -> Figures:
    """The figures kept with a mark."""
    path = folder / "marks" / f"{name}.json"
    if not path.exists():
        raise Failed(f"There is no mark {name}.")
    return {table: (row[0], row[1]) for table, row in json.loads(path.read_text())["tables"].items()}
