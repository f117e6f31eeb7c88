"""The rows of sheets: a long list and a city's roster, each beside its bare counterpart in the same run."""

from collections.abc import Callable

from portal.ops.bench.figures import EXPORT, EXPORT_MB, IMPORT_FIRST, IMPORT_MB, IMPORT_SAME, Line
from portal.ops.bench.stage import Failed, Stage

#: What the figures are called; the key is that of the result.
LABELS = {
    "export": "export of {rows} entries × {columns} columns",
    "first": "import of {rows} members, the first time",
    "same": "import of {rows} members, nothing changed",
}
BOUNDS = {"export": EXPORT, "first": IMPORT_FIRST, "same": IMPORT_SAME}
MEMORY = {"export": EXPORT_MB, "first": IMPORT_MB, "same": IMPORT_MB}


def export(stage: Stage, name: str) -> dict[str, dict]:
    """The list of all entries as a job, and its cells through XlsxWriter alone."""
    path = stage.folder / "list.xlsx"
    ours = stage.sheets(name, "export", str(path))
    bare = stage.bare_sheets("export", str(path))
    return {"export": {**together([ours]), "bare": bare, "rows": bare["rows"], "columns": bare["columns"]}}


def imports(stage: Stage, name: str, members: int, keep: Callable[[dict], None]) -> None:
    """The roster through the portal and past it, the first time and once more. ``keep`` takes each figure at once."""
    path = stage.folder / "roster.xlsx"
    stage.sheets(name, "roster", str(members), str(path))
    bare = stage.bare_sheets("import", stage.database_of("bare_sheets"), str(path))
    checked = _good(stage.sheets(name, "check", str(path)), "new", members)
    written = stage.sheets(name, "commit", str(checked["batch"]))
    keep({"first": {**together([checked, written]), "bare": bare["first"], "rows": members}})
    again = _good(stage.sheets(name, "check", str(path)), "same", members)
    keep({"same": {**together([again]), "bare": bare["same"], "rows": members}})


def _good(told: dict, verdict: str, wanted: int) -> dict:
    if told["summary"].get(verdict) != wanted:
        raise Failed(f"the roster was not taken as {verdict}: {told['summary']} {told['reason']}")
    return told


def together(steps: list[dict]) -> dict:
    """Jobs after one another as one figure; ``steps`` stay beside it."""
    sums = {name: round(sum(one[name] for one in steps), 2) for name in ("cpu_own", "cpu_db", "cpu", "seconds")}
    peak = max(one["peak_mb"] for one in steps)
    above = max(one["peak_mb"] - one["idle_mb"] for one in steps)
    return {**sums, "peak_mb": peak, "above_mb": round(above, 1), "steps": steps}


def label(key: str, one: dict) -> str:
    return LABELS[key].format(rows=f"{one['rows']:,}", columns=one.get("columns", 0))


def lines(found: dict[str, dict]) -> list[Line]:
    """The figures that are there, beside what they have to be."""
    told = []
    for key, one in found.items():
        bare = "XlsxWriter" if key == "export" else "calamine + COPY"
        times = round(one["cpu"] / one["bare"]["cpu"], 2)
        told.append(Line(label(key, one), f"CPU, times {bare}", times, BOUNDS[key], " ×"))
        what, memory = ("MB above the idle worker", "above_mb") if key == "export" else ("MB of the worker", "peak_mb")
        told.append(Line(label(key, one), what, one[memory], MEMORY[key]))
    return told


def table(found: dict[str, dict]) -> str:
    """For the README: what each takes, and its bare counterpart."""
    head = (
        "| work | CPU s | of it PostgreSQL | s | MB at most | bare: CPU s | × bare | to reach |\n"
        "|---|--:|--:|--:|--:|--:|--:|--:|\n"
    )
    rows = [
        f"| {label(key, one)} | {one['cpu']:.1f} | {one['cpu_db']:.1f} | {one['seconds']:.0f} | {one['peak_mb']:.0f} | "
        f"{one['bare']['cpu']:.1f} | {one['cpu'] / one['bare']['cpu']:.2f} | ≤ {BOUNDS[key]:g} |\n"
        for key, one in found.items()
    ]
    return head + "".join(rows) if rows else ""
