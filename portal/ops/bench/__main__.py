"""`python -m portal.ops.bench [--quick]`: seed, measure, print the table, write reports/bench.json and the README."""

import argparse
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from portal.ops.bench import report, usage
from portal.ops.bench.figures import GROWTH, PAGES, ROWS, SUBMISSION, WORKER_MB, Line
from portal.ops.bench.load import measure
from portal.ops.bench.stage import Site, Stage

#: (units, members, entries) of the city, of the smaller city that growth is measured from, and answers per round.
FULL = ((3300, 300_000, 40_000), (3300, 30_000, 4_000), 60, 3)
QUICK = ((400, 6_000, 2_000), (400, 3_000, 1_000), 12, 1)
AT_ONCE = (1, 8)


def rounds(stage: Stage, bare: Site, site: Site, known: dict, answers: int, repeats: int) -> dict:
    """Every page and the bare page by turns, so that what disturbs the machine disturbs both."""
    found: dict = {"bare": {}, **{page.name: {} for page in PAGES}}
    targets = [("bare", bare, "/", bare.cookie)]
    targets += [
        (one.name, site, known[one.name]["url"], site.cookie * (not known[one.name]["public"])) for one in PAGES
    ]
    for _name, where, path, cookie in targets:
        measure(where.port, path, cookie, max(AT_ONCE), 24, where.process.pid, stage.database)
    for at_once in AT_ONCE:
        for _round in range(repeats):
            for name, where, path, cookie in targets:
                taken = measure(where.port, path, cookie, at_once, answers, where.process.pid, stage.database)
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
    """The table: what was measured beside what is to be reached."""
    bare = result["pages"]["bare"]["1"]["cpu"]
    found = []
    for page in PAGES:
        seen, known = result["pages"][page.name], result["known"]["city"][page.name]
        worst = max(one["cpu"] / result["pages"]["bare"][at]["cpu"] for at, one in seen.items())
        found.append(Line(page.label, "CPU, times the bare page", round(worst, 2), page.times, " ×"))
        found.append(Line(page.label, "SQL statements", known["sql"], page.sql))
        found.append(Line(page.label, "rows read", known["rows"], ROWS))
        found.append(Line(page.label, "kB of HTML", known["kb"], page.kb))
        small = result["small"][page.name]["1"]["cpu"]
        found.append(Line(page.label, "growth ×10, CPU", round(seen["1"]["cpu"] / small, 2), GROWTH, " ×"))
        more = known["sql"] - result["known"]["small"][page.name]["sql"]
        found.append(Line(page.label, "growth ×10, more SQL", more, 0))
    city, small = result["submission"]["city"], result["submission"]["small"]
    found.append(Line("submitting a nomination", "CPU, times the bare page", round(city / bare, 2), SUBMISSION, " ×"))
    found.append(Line("submitting a nomination", "growth ×10, CPU", round(city / small, 2), GROWTH, " ×"))
    found.append(Line("web worker", "MB (PSS)", round(max(result["memory"]), 1), WORKER_MB))
    found.append(Line("seed_world --scale city", "seconds", round(result["seeded"], 1), 300))
    return found


def say(text: str) -> None:
    """Where the run is: it takes a quarter of an hour."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} bench | {text}\n")
    sys.stderr.flush()


def main() -> int:
    """Run; the exit code says whether the run itself went well, not whether every figure was reached."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small city and few answers, to try the bench itself")
    quick = parser.parse_args().quick
    # whoever ends the run ends its services too
    signal.signal(signal.SIGTERM, lambda *_seen: sys.exit(143))
    city, small, answers, repeats = QUICK if quick else FULL
    began = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True)))
        stage = Stage.build(stack, folder)
        say("seeding")
        result: dict = {"size": "quick" if quick else "full", "known": {}, "submission": {}}
        result["seeded"] = stage.seed("city", *city)
        stage.seed("small", *small)
        say(f"seeded in {result['seeded']:.0f} s; filling the yardstick")
        bare = stage.bare(city[1], city[2])
        for name in ("small", "city"):
            say(f"measuring {name}")
            known = stage.inside(name, "pages")
            result["known"][name], site = known["pages"], stage.portal(name)
            site.cookie = known["cookie"]
            measured = rounds(stage, bare, site, known["pages"], answers, repeats)
            result["pages" if name == "city" else "small"] = measured
            say(f"nominations in {name}")
            result["submission"][name] = submission(stage, name, 3 if quick else 12)
        workers = usage.children(site.process.pid)
        result["memory"] = [usage.memory(pid)["pss"] for pid in workers]
        result["unshared"] = [usage.memory(pid)["uss"] for pid in workers]
    result["minutes"] = round((time.monotonic() - began) / 60, 1)
    table = lines(result)
    sys.stdout.write(report.write(result, table, readme=not quick))
    return 1 if any(one["wrong"] for pages in result["pages"].values() for one in pages.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
