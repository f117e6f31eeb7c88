"""Prints reports/promises.json as a table: the last line of `make promises`."""

import json
import sys
from pathlib import Path

PATH = Path(__file__).resolve().parents[2] / "reports" / "promises.json"


def main() -> int:
    """One line per figure; a promise without a figure still shows whether it was kept."""
    if not PATH.exists():
        raise SystemExit("No promise was measured yet.")
    report = json.loads(PATH.read_text())
    rows = [("promise", "what", "figure", "wanted", "")]
    for row in report["tests"].values():
        kept = "kept" if row["outcome"] == "passed" else "BROKEN"
        for seen in row["figures"] or [{"what": "", "value": "", "unit": "", "wanted": ""}]:
            rows.append((row["promise"], seen["what"], f"{seen['value']} {seen['unit']}".strip(), seen["wanted"], kept))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    for row in rows:
        sys.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n")
    machine = report["machine"]
    sys.stdout.write(f"\n{report['size']} size, {machine['cpus']} processors, {report['taken']}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
