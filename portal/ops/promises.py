"""Prints reports/promises.json as a table: the last line of `make promises`."""

import json
import re
import sys
from pathlib import Path

PATH = Path(__file__).resolve().parents[2] / "reports" / "promises.json"


_BOUND = re.compile(r"^(<|≤|>|≥)?\s*(\d+(?:,\d{3})*(?:\.\d+)?)(?:[\s,]|$)")


def missed(value: object, wanted: str) -> bool:
    """Whether a figure breaks the bound that ``wanted`` begins with ("< 120 s", "≥ 60", "0"); words are not judged."""
    bound = _BOUND.match(wanted)
    if bound is None or not isinstance(value, int | float):
        return False
    sign, limit = bound[1], float(bound[2].replace(",", ""))
    fits = {"<": value < limit, "≤": value <= limit, ">": value > limit, "≥": value >= limit, None: value == limit}
    return not fits[sign]


def main() -> int:
    """One line per figure. A test that passed with a figure beyond its bound is MISSED, not kept."""
    if not PATH.exists():
        raise SystemExit("No promise was measured yet.")
    report = json.loads(PATH.read_text())
    rows = [("promise", "what", "figure", "wanted", "")]
    for row in report["tests"].values():
        kept = "kept" if row["outcome"] == "passed" else "BROKEN"
        for seen in row["figures"] or [{"what": "", "value": "", "unit": "", "wanted": ""}]:
            word = "MISSED" if kept == "kept" and missed(seen["value"], seen["wanted"]) else kept
            rows.append((row["promise"], seen["what"], f"{seen['value']} {seen['unit']}".strip(), seen["wanted"], word))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    for row in rows:
        sys.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n")
    machine = report["machine"]
    sys.stdout.write(f"\n{report['size']} size, {machine['cpus']} processors, {report['taken']}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
