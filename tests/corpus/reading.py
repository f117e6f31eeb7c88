"""Reads every file of a folder as the import does and says what came of it: a process of its own, to be measured.

``python -m tests.corpus.reading FOLDER`` prints one JSON line per file: answer, words, seconds, peak memory in MB.
"""

import json
import re
import sys
import time
from pathlib import Path

from django.conf import settings

if not settings.configured:
    settings.configure(USE_I18N=False)

from portal.kit.sheets_read import Column, SheetError, open_book

COLUMNS = (
    Column("name", "姓名", required=True),
    Column("id_number", "证件号", aliases=("身份证号",)),
    Column("phone", "手机号"),
    Column("hired", "入职日期"),
)


def read(path: Path, name: str) -> dict[str, object]:
    """What a user would be told about this file, and how many rows came out."""
    try:
        with open_book(path, name) as book:
            table = book.table(COLUMNS)
            rows = [row for row in table.rows() if all(cell.ref for cell in row.cells.values())]
            words = [*book.notes, *table.notes, *(problem.message for problem in table.problems)]
            lossy = sum(cell.lossy for row in rows for cell in row.cells.values())
            return {"answer": "rows", "rows": len(rows), "lossy": lossy, "words": "；".join(words)}
    except SheetError as refusal:
        return {"answer": "refused", "rows": 0, "lossy": 0, "words": str(refusal)}


def _peak_mb(reset: bool) -> float:
    """The peak of resident memory since the last reset (Linux keeps it per process)."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024


def main(folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        _peak_mb(reset=True)
        start = time.process_time()
        told = read(path, path.name.partition("--")[2])
        told |= {"file": path.name, "seconds": time.process_time() - start, "mb": _peak_mb(reset=False)}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
