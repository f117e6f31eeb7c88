"""The drill: mark the live database, restore it elsewhere, compare everything, say how long it took."""

import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from portal.ops.backup import figures, make
from portal.ops.backup.place import Failed, Source
from portal.ops.backup.restore import Target, restore, running

ARCHIVED_WITHIN = 60.0
HEAD = "SELECT seq || ' ' || mac FROM core_seal ORDER BY seq DESC LIMIT 1;"
STORED = "SELECT replace(id::text, '-', ''), sha256 FROM core_storedfile;"


@dataclass
class Report:
    """What the drill found; ``wrong`` is empty when the restored portal is the live one."""

    tables: int = 0
    rows: int = 0
    files: int = 0
    head: str = ""
    restore_seconds: float = 0.0
    archive_seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)


def archived(source: Source, within: float = ARCHIVED_WITHIN) -> float:
    """Close the current segment and wait until it is archived; seconds."""
    began = time.monotonic()
    # an empty segment is not closed: a line of log makes sure of it
    source.value("SELECT pg_create_restore_point('archived') IS NULL;")
    segment = source.value("SELECT pg_walfile_name(pg_switch_wal());")
    while time.monotonic() - began < within:
        last = source.value("SELECT coalesce(last_archived_wal, '') FROM pg_stat_archiver;")
        if last[8:24] >= segment[8:]:
            return time.monotonic() - began
        time.sleep(0.1)
    why = source.value("SELECT coalesce(last_failed_wal, 'nothing yet') FROM pg_stat_archiver;")
    raise Failed(f"The log is not archived (last failure: {why}). Is BACKUP_DIR writable for the server?")


def compare(mark: figures.Figures, restored: Source, files: Path) -> Report:
    """Every table by count and hash, every stored file by its SHA-256."""
    report, found = Report(), figures.of(restored)
    report.tables, report.rows = len(mark), sum(count for count, _digest in mark.values())
    if not report.rows:
        report.wrong.append("the mark is empty: nothing was compared")
    for table in sorted(mark.keys() | found.keys()):
        if mark.get(table) != found.get(table):
            report.wrong.append(f"{table}: {mark.get(table)} became {found.get(table)}")
    heads = restored.sql(HEAD)
    report.head = heads[0][0] if heads else "no seal yet"
    for name, digest in restored.sql(STORED):
        path = files / name[:2] / name
        report.files += 1
        if not path.exists():
            report.wrong.append(f"file {name} is missing")
        elif make.sha256(path) != digest:
            report.wrong.append(f"file {name} was changed")
    return report


def drill(source: Source, folder: Path, place: Path | None = None) -> Report:
    """Restore the present moment into a throw-away place and compare. The live database is only read."""
    where = Path(tempfile.mkdtemp(prefix="drill-", dir=place))
    where.chmod(0o755)
    try:
        name = figures.mark(source, folder)
        # after the mark: what was stored up to it is there by now
        make.mirror(folder)
        waited = archived(source)
        began = time.monotonic()
        restore(folder, where / "data", where / "files", Target(mark=name))
        seconds = time.monotonic() - began
        with running(where / "data", {"archive_mode": "off"}, like=source) as restored:
            report = compare(figures.read_mark(folder, name), restored, where / "files")
        report.restore_seconds, report.archive_seconds = seconds, waited
        return report
    finally:
        shutil.rmtree(where, ignore_errors=True)


def say(report: Report) -> int:
    """The report in lines; 0 when all is the same."""
    lines = [
        f"tables compared        {report.tables}, {report.rows:,} rows",
        f"stored files compared  {report.files}",
        f"head of the trail      {report.head}",
        f"restored in            {report.restore_seconds:.1f} s (RTO: this, and starting the portal)",
        f"log archived after     {report.archive_seconds:.1f} s; at the latest {make.ARCHIVE_TIMEOUT} s (RPO)",
        *(f"DIFFERENT              {line}" for line in report.wrong),
        "the same" if not report.wrong else "NOT THE SAME",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if report.wrong else 0
