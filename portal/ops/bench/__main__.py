"""`python -m portal.ops.bench [--quick]`: seed, measure, print the table, write reports/bench.json and the README."""

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from portal.ops.bench import report, sheets, usage
from portal.ops.bench.figures import GROWTH, PAGES, ROWS, SUBMISSION, WORKER_MB, Line, Page
from portal.ops.bench.load import measure
from portal.ops.bench.stage import Site, Stage, stop

AT_ONCE = (1, 8)


@dataclass(frozen=True)
class Sizes:
    """How much is measured. ``city`` and the ``small`` one that growth is measured from: units, members, entries."""

    city: tuple[int, int, int]
    small: tuple[int, int, int]
    answers: int
    rounds: int
    nominations: int
    roster: int


FULL = Sizes((3300, 300_000, 40_000), (3300, 30_000, 4_000), answers=50, rounds=3, nominations=10, roster=200_000)
QUICK = Sizes((400, 6_000, 2_000), (400, 3_000, 1_000), answers=12, rounds=1, nominations=3, roster=2_000)


def rounds(stage: Stage, bare: Site, site: Site, known: dict, sizes: Sizes) -> dict:
    """Every page and the bare page by turns, so that what disturbs the machine disturbs both."""
    found: dict = {"bare": {}, **{page.name: {} for page in PAGES}}
    targets = [("bare", bare, "/", bare.cookie)]
    targets += [
        (one.name, site, known[one.name]["url"], site.cookie * (not known[one.name]["public"])) for one in PAGES
    ]
    for _name, where, path, cookie in targets:
        measure(where.port, path, cookie, max(AT_ONCE), 24, where.process.pid, stage.database)
    for at_once in AT_ONCE:
        for _round in range(sizes.rounds):
            for name, where, path, cookie in targets:
                taken = measure(where.port, path, cookie, at_once, sizes.answers, where.process.pid, stage.database)
                found[name].setdefault(str(at_once), []).append(taken.figures())
    return {name: {at: middle(several) for at, several in rows.items()} for name, rows in found.items()}


def middle(several: list[dict[str, float]]) -> dict[str, float]:
    """The round in the middle by processor time."""
    return sorted(several, key=lambda one: one["cpu"])[len(several) // 2]


def submission(stage: Stage, name: str, times: int) -> float:
    """Processor ms of one nomination from its first page to the hand-in, with the database's."""
    before = usage.spent(stage.database)
    made = stage.inside(name, "submit", str(times))
    database = usage.spent(stage.database) - before
    return (made["cpu"] + database * made["times"] / (made["times"] + 1)) * 1000 / made["times"]


def lines(result: dict) -> list[Line]:
    """The table: what was measured beside what is to be reached. What is not there yet, or failed, has no line."""
    found = []
    for page in PAGES:
        found += page_lines(page, result)
    bare = result["pages"]["bare"]["1"]["cpu"] if "pages" in result else 0
    city, small = result["submission"].get("city"), result["submission"].get("small")
    if city and bare:
        found.append(
            Line("submitting a nomination", "CPU, times the bare page", round(city / bare, 2), SUBMISSION, " ×")
        )
    if city and small:
        found.append(Line("submitting a nomination", "growth ×10, CPU", round(city / small, 2), GROWTH, " ×"))
    found += sheets.lines(result["sheets"])
    if "memory" in result:
        found.append(Line("web worker", "MB (PSS)", round(max(result["memory"]), 1), WORKER_MB))
    if "seeded" in result:
        found.append(Line("seed_world --scale city", "seconds", round(result["seeded"], 1), 300))
    return found


def page_lines(page: Page, result: dict) -> list[Line]:
    """The figures of one page."""
    if "pages" not in result:
        return []
    seen, known, bare = result["pages"][page.name], result["known"]["city"][page.name], result["pages"]["bare"]
    worst = max(one["cpu"] / bare[at]["cpu"] for at, one in seen.items())
    found = [
        Line(page.label, "CPU, times the bare page", round(worst, 2), page.times, " ×"),
        Line(page.label, "SQL statements", known["sql"], page.sql),
        Line(page.label, "rows read", known["rows"], ROWS),
        Line(page.label, "kB of HTML", known["kb"], page.kb),
    ]
    if "small" in result:
        small = result["small"][page.name]["1"]["cpu"]
        more = known["sql"] - result["known"]["small"][page.name]["sql"]
        found.append(Line(page.label, "growth ×10, CPU", round(seen["1"]["cpu"] / small, 2), GROWTH, " ×"))
        found.append(Line(page.label, "growth ×10, more SQL", more, 0))
    return found


def say(text: str) -> None:
    """Where the run is: it takes a quarter of an hour."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} bench | {text}\n")
    sys.stderr.flush()


@dataclass
class Run:
    """One run: its sizes, its result so far, and where the result is kept while it grows."""

    sizes: Sizes
    quick: bool
    stage: Stage
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.result: dict = {
            "size": "quick" if self.quick else "full", "known": {}, "submission": {}, "sheets": {}, "failed": {},
        }  # fmt: skip

    def keep(self) -> str:
        """Write down what is there; returns the text."""
        self.result["minutes"] = round((time.monotonic() - self.began) / 60, 1)
        return report.write(self.result, lines(self.result), readme=not self.quick)

    def part(self, name: str, work: Callable[[], object]) -> None:
        """One part. When it fails the others' figures stay, and the result says what was wrong."""
        say(name)
        try:
            work()
        except Exception as problem:  # noqa: BLE001 # whatever it is, the next part begins
            self.result["failed"][name] = f"{type(problem).__name__}: {problem}"[-4000:]
            say(f"{name} failed: {self.result['failed'][name][-400:]}")
        self.keep()

    def pages(self, name: str) -> None:
        """Every page of one city beside the bare page."""
        known = self.stage.inside(name, "pages")
        site = self.stage.portal(name)
        site.cookie = known["cookie"]
        measured = rounds(self.stage, self.bare, site, known["pages"], self.sizes)
        self.result["known"][name] = known["pages"]
        self.result["pages" if name == "city" else "small"] = measured
        workers = usage.children(site.process.pid)
        self.result["memory"] = [usage.memory(pid)["pss"] for pid in workers]
        self.result["unshared"] = [usage.memory(pid)["uss"] for pid in workers]
        stop(site)

    def all(self) -> None:
        """Every part, the dear ones last."""
        keep, sizes, stage = self.result, self.sizes, self.stage
        self.part("seeding the city", lambda: keep.update(seeded=stage.seed("city", *sizes.city)))
        self.part("seeding the small city", lambda: stage.seed("small", *sizes.small))
        self.bare = stage.bare(sizes.city[1], sizes.city[2])
        for name in ("small", "city"):
            self.part(f"pages of {name}", lambda name=name: self.pages(name))  # type: ignore[misc]
            self.part(
                f"nominations in {name}",
                lambda name=name: keep["submission"].update({name: submission(stage, name, sizes.nominations)}),  # type: ignore[misc]
            )
        self.part("export", lambda: keep["sheets"].update(sheets.export(stage, "city")))
        self.part("imports", lambda: sheets.imports(stage, "city", sizes.roster, self.found))

    def found(self, more: dict) -> None:
        """Figures of a part that is not over."""
        self.result["sheets"].update(more)
        self.keep()


def main() -> int:
    """Run; the exit code says whether the run itself went well, not whether every figure was reached."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small city and few answers, to try the bench itself")
    quick = parser.parse_args().quick
    # whoever ends the run ends its services too
    signal.signal(signal.SIGTERM, lambda *_seen: sys.exit(143))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True)))
        run = Run(QUICK if quick else FULL, quick, Stage.build(stack, folder))
        run.all()
    sys.stdout.write(run.keep())
    wrong = [one for one in run.result.get("pages", {}).values() if any(at["wrong"] for at in one.values())]
    return 1 if wrong or run.result["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
