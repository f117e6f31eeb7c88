"""Taking backups: the base, the uploads, what is too old."""

import hashlib
import json
import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from portal.ops.backup.place import Failed, Source, binaries, var_dir

KEEP_DAYS = 14
CHUNK = 1 << 20
#: What the server runs for each finished segment. Repeating it is harmless; another file of that name is refused.
ARCHIVE = (
    "if test -e '{wal}/%f.gz'; then gzip -dc '{wal}/%f.gz' | cmp -s - '%p'; "
    "else gzip -1 -c '%p' > '{wal}/%f.gz.part' && sync '{wal}/%f.gz.part' && mv '{wal}/%f.gz.part' '{wal}/%f.gz'; fi"
)
RESTORE = "gzip -dc '{wal}/%f.gz' > '%p'"
#: A segment is closed after five minutes even if it is not full: no more than that can be lost.
ARCHIVE_TIMEOUT = 300


def archive_settings(folder: Path) -> dict[str, str]:
    """The server's settings that make it archive into ``folder``."""
    return {
        "archive_mode": "on",
        "archive_command": ARCHIVE.format(wal=folder / "wal"),
        "archive_timeout": str(ARCHIVE_TIMEOUT),
    }


def base(source: Source, folder: Path) -> Path:
    """A base backup with the uploads and anchors of now; returns its folder. Half a backup never has that name."""
    if source.value("SHOW archive_mode;") == "off":
        raise Failed("The server does not archive its log (archive_mode is off): start it with BACKUP_DIR set.")
    started = datetime.now(UTC)
    name = f"{started:%Y%m%dT%H%M%SZ}"
    target, new = folder / "base" / name, folder / "base" / f"{name}.part"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True, mode=0o700)
    command = [str(binaries() / "pg_basebackup"), "--pgdata", str(new), "--format=tar", "--gzip", "--checkpoint=fast"]
    command += ["--wal-method=stream", "--manifest-checksums=SHA256", "--label", name, "--no-password"]
    done = subprocess.run(command, env=source.environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"pg_basebackup: {done.stderr.strip()}")
    kept = mirror(folder)
    (new / "files.tsv").write_text("".join(f"{digest}\t{size}\t{path}\n" for path, (digest, size) in kept.items()))
    anchors = anchor_dir()
    if anchors.exists():
        shutil.copytree(anchors, new / "anchors")
    about = {
        "id": name,
        "started": started.isoformat(),
        "ended": datetime.now(UTC).isoformat(),
        "server": source.value("SHOW server_version;"),
        "files": len(kept),
        "sha256": {path.name: sha256(path) for path in sorted(new.glob("*")) if path.is_file()},
    }
    (new / "about.json").write_text(json.dumps(about, indent=1))
    new.rename(target)
    return target


def anchor_dir() -> Path:
    return Path(os.environ.get("ANCHOR_DIR", var_dir() / "anchors"))


def mirror(folder: Path) -> dict[str, tuple[str, int]]:
    """Copy uploads that are not there yet; path → (SHA-256, size) of all that are live. Stored files only ever come.

    Each copy has its line in ``files.tsv`` at once: what is damaged later is seen, also before the next base backup.
    """
    here, there = var_dir() / "files", folder / "files"
    there.mkdir(parents=True, exist_ok=True)
    known, found = index(folder), {}
    with (folder / "files.tsv").open("a") as lines:
        for path in sorted(here.rglob("*")) if here.exists() else ():
            if not path.is_file() or path.suffix == ".part":
                continue
            relative = path.relative_to(here).as_posix()
            if relative not in known:
                target = there / relative
                target.parent.mkdir(parents=True, exist_ok=True)
                part = target.with_suffix(".part")
                shutil.copyfile(path, part)
                known[relative] = (sha256(path), path.stat().st_size)
                part.rename(target)
                lines.write("\t".join((known[relative][0], str(known[relative][1]), relative)) + "\n")
            found[relative] = known[relative]
    return found


def index(folder: Path) -> dict[str, tuple[str, int]]:
    """Path → (SHA-256, size) of every upload that was copied."""
    path = folder / "files.tsv"
    rows = (line.split("\t") for line in path.read_text().splitlines()) if path.exists() else ()
    return {name: (digest, int(size)) for digest, size, name in rows}


def bases(folder: Path) -> list[Path]:
    """Complete base backups, oldest first."""
    return sorted(one.parent for one in (folder / "base").glob("*/about.json") if not one.parent.suffix)


def prune(folder: Path, keep_days: int = KEEP_DAYS) -> list[str]:
    """Drop base backups older than that (never the last one), the log before the oldest, uploads nobody names."""
    limit = f"{datetime.now(UTC) - timedelta(days=keep_days):%Y%m%dT%H%M%SZ}"
    gone = [one for one in bases(folder)[:-1] if one.name < limit]
    for one in gone:
        shutil.rmtree(one)
    kept = bases(folder)
    if kept:
        first = start_segment(kept[0])
        for segment in (folder / "wal").glob("*.gz"):
            if len(segment.stem) == 24 and segment.stem[8:] < first[8:]:
                segment.unlink()
        _prune_files(folder, kept)
    return [one.name for one in gone]


def _prune_files(folder: Path, kept: list[Path]) -> None:
    named = {line.split("\t")[2] for one in kept for line in (one / "files.tsv").read_text().splitlines()}
    here, stays = var_dir() / "files", {}
    for name, row in index(folder).items():
        if name in named or (here / name).exists():
            stays[name] = row
        else:
            (folder / "files" / name).unlink(missing_ok=True)
    new = folder / "files.tsv.part"
    new.write_text("".join(f"{digest}\t{size}\t{name}\n" for name, (digest, size) in stays.items()))
    new.rename(folder / "files.tsv")


def start_segment(backup: Path) -> str:
    """The segment of the log that a restore of this backup begins with."""
    ranges = json.loads((backup / "backup_manifest").read_text())["WAL-Ranges"][0]
    high, low = (int(part, 16) for part in ranges["Start-LSN"].split("/"))
    return f"{ranges['Timeline']:08X}{high:08X}{low >> 24:08X}"


def sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
