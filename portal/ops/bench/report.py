"""The bench's result: reports/bench.json, the table in the README, and the words at the end of the run."""

import json
import os
import platform
import re
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from portal.ops.bench import sheets
from portal.ops.bench.figures import PAGES, Line

ROOT = Path(__file__).resolve().parents[3]
START, END = "<!-- bench -->", "<!-- /bench -->"


def pages_table(result: dict) -> str:
    """One row a page: what an answer costs beside the bare page's, alone and eight at once."""
    head = (
        "| page | kB | SQL | CPU ms | × bare | median ms | p95 ms | req/s | × bare, 8 at once | req/s, 8 at once |\n"
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n"
    )
    if "pages" not in result:
        return ""
    bare, rows = result["pages"]["bare"], []
    for name, label in (("bare", "**bare Django page**"), *((page.name, page.label) for page in PAGES)):
        one, eight = result["pages"][name]["1"], result["pages"][name]["8"]
        sql = 5 if name == "bare" else result["known"]["city"][name]["sql"]
        rows.append(
            f"| {label} | {one['kb']:.0f} | {sql} | {one['cpu']:.1f} | {one['cpu'] / bare['1']['cpu']:.2f} | "
            f"{one['median']:.1f} | {one['p95']:.1f} | {one['per_second']:.0f} | "
            f"{eight['cpu'] / bare['8']['cpu']:.2f} | {eight['per_second']:.0f} |\n"
        )
    return head + "".join(rows)


def lines_table(lines: list[Line]) -> str:
    """Every figure beside its bound, in columns."""
    rows = [("work", "what", "figure", "to reach", "")]
    rows += [(o.work, o.what, f"{o.value}{o.unit}", f"≤ {o.bound}{o.unit}", o.verdict) for o in lines]
    widths = [max(len(row[n]) for row in rows) for n in range(5)]
    return "".join("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() + "\n" for row in rows)


def write(result: dict, lines: list[Line], readme: bool) -> str:
    """Keep the result and return what is printed. The README's table is that of a full run only."""
    kept = {
        **result, "taken": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cpus": os.cpu_count(), "python": platform.python_version()},
        "lines": [{**asdict(one), "reached": one.reached} for one in lines],
    }  # fmt: skip
    path = ROOT / "reports" / ("bench.json" if readme else "bench.json.tmp")
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    table = f"{pages_table(result)}\n{sheets.table(result['sheets'])}"
    reached = sum(1 for one in lines if one.reached)
    failed = "".join(f"failed: {name}\n" for name in result["failed"])
    said = f"{reached} of {len(lines)} figures reached, {result['minutes']} minutes, {os.cpu_count()} processors\n"
    said += failed
    if readme:
        _into_readme(f"{table}\n{said}{missed(lines)}")
    return f"{table}\n{lines_table(lines)}\n{said}"


def missed(lines: list[Line]) -> str:
    """The figures that were not reached, and by how much."""
    told = [f"- {one.work}, {one.what}: {one.value}{one.unit} instead of {one.bound}{one.unit}, {one.verdict}\n"
            for one in lines if not one.reached]  # fmt: skip
    return "\n" + "".join(told) if told else ""


def _into_readme(text: str) -> None:
    path = ROOT / "README.md"
    whole = path.read_text("utf-8")
    path.write_text(re.sub(f"{START}.*?{END}", lambda _m: f"{START}\n{text}{END}", whole, flags=re.DOTALL), "utf-8")
