"""Is a backup whole: every file of the base by its SHA-256, the log without a gap, the uploads.

pg_verifybackup does the first; the wheel's crashes, so the manifest is read here, tar by tar.
"""

import gzip
import hashlib
import json
import tarfile
import zlib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from portal.ops.backup import make
from portal.ops.backup.place import Failed

SEGMENT = 16 << 20
PER_FILE = 256  # segments in one "log file" of 4 GB


def problems(folder: Path, backup: Path) -> list[str]:
    """What is wrong, in sentences; empty when the backup can be trusted."""
    return [*_about(backup), *_base(backup), *_log(folder, backup), *_files(folder)]


def refuse_bad(folder: Path, backup: Path) -> None:
    found = problems(folder, backup)
    if found:
        raise Failed(f"The backup {backup.name} is damaged, nothing was restored:\n  " + "\n  ".join(found[:20]))


def _about(backup: Path) -> Iterator[str]:
    for name, digest in json.loads((backup / "about.json").read_text())["sha256"].items():
        path = backup / name
        if not path.exists():
            yield f"{name} is missing"
        elif make.sha256(path) != digest:
            yield f"{name} was changed"


def _base(backup: Path) -> Iterator[str]:
    """Each file inside the tar against PostgreSQL's own manifest."""
    wanted = {
        row["Path"]: row for row in json.loads((backup / "backup_manifest").read_text())["Files"] if "Path" in row
    }
    seen = set()
    try:
        with tarfile.open(backup / "base.tar.gz", "r|gz") as tar:
            for member in tar:
                row = wanted.get(member.name.removeprefix("./"))
                if row is None or not member.isfile():
                    continue
                content = tar.extractfile(member)
                digest = hashlib.sha256()
                while content and (chunk := content.read(make.CHUNK)):
                    digest.update(chunk)
                seen.add(row["Path"])
                if member.size != row["Size"] or digest.hexdigest() != row["Checksum"]:
                    yield f"{row['Path']} in base.tar.gz was changed"
    except (tarfile.TarError, OSError, EOFError, zlib.error) as problem:
        yield f"base.tar.gz cannot be read: {type(problem).__name__}"
        return
    # the log lies in a tar of its own
    missing = [path for path in wanted if path not in seen and not path.startswith("pg_wal/")]
    yield from (f"{path} is missing in base.tar.gz" for path in missing)


def segments(folder: Path, first: str) -> list[Path]:
    """Archived segments from ``first`` on, in order, whatever their timeline."""
    found = [path for path in (folder / "wal").glob("*.gz") if len(path.stem) == 24]
    return sorted((path for path in found if path.stem[8:] >= first[8:]), key=lambda path: path.stem[8:])


def _number(path: Path) -> int:
    return int(path.stem[8:16], 16) * PER_FILE + int(path.stem[16:], 16)


def _log(folder: Path, backup: Path) -> Iterator[str]:
    """Each segment whole, none missing in between. A restore would silently end at the first bad one."""
    found = segments(folder, make.start_segment(backup))
    numbers = [_number(path) for path in found]
    for (before, after), path in zip(pairwise(numbers), found[1:], strict=True):
        if after > before + 1:
            yield f"{after - before - 1} segments of the log are missing before {path.stem}"
    for path in found:
        try:
            with gzip.open(path) as file:
                size = sum(len(chunk) for chunk in iter(lambda: file.read(make.CHUNK), b""))
        except (OSError, EOFError, zlib.error):
            yield f"wal/{path.name} was changed"
        else:
            if size != SEGMENT:
                yield f"wal/{path.name} has {size} bytes"


def _files(folder: Path) -> Iterator[str]:
    """Every upload that was ever copied and is kept."""
    for name, (digest, _size) in make.index(folder).items():
        path = folder / "files" / name
        if not path.exists():
            yield f"files/{name} is missing"
        elif make.sha256(path) != digest:
            yield f"files/{name} was changed"
