"""pytest plugin for the promise tests: `@pytest.mark.promise("P-WF1")` and the fixture `figure`.

A promise test notes what it measured: `figure("winners of 200 at once", 1, wanted="1")`. The figures of a run at full
size (`make promises`) go to reports/promises.json, which is committed; those of `make test` to a file beside it.
"""

import json
import os
import platform
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

REPORTS = Path(__file__).resolve().parents[2] / "reports"
FULL = os.environ.get("PROMISE_SIZE") == "full"
PATH = REPORTS / ("promises.json" if FULL else "promises.json.tmp")
_taken: dict[str, dict[str, Any]] = {}


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Note one measured figure of this test; `wanted` is the promise in words, as "≤ 2 s"."""

    def note(what: str, value: float | str, unit: str = "", wanted: str = "") -> None:
        rounded = round(value, 3) if isinstance(value, float) else value
        request.node.user_properties.append(
            ("figure", {"what": what, "value": rounded, "unit": unit, "wanted": wanted})
        )

    return note


@pytest.fixture
def full_size() -> bool:
    """Whether this is `make promises`: the numbers are then those of the promise, else as many as fit `make test`."""
    return FULL


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The promise's name travels with the result, also out of an xdist worker."""
    for item in items:
        if marker := item.get_closest_marker("promise"):
            item.user_properties.append(("promise", " ".join(str(part) for part in marker.args)))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Collect in the controller."""
    properties = report.user_properties
    promise = next((value for name, value in properties if name == "promise"), None)
    if promise is None or (report.when != "call" and report.passed):
        return
    figures = [value for name, value in properties if name == "figure"]
    _taken[report.nodeid] = {"promise": promise, "outcome": report.outcome, "figures": figures}


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write what was measured; tests that did not run this time keep their last figures."""
    if hasattr(session.config, "workerinput") or not _taken:
        return
    kept = json.loads(PATH.read_text())["tests"] if PATH.exists() else {}
    there = {nodeid: row for nodeid, row in kept.items() if (REPORTS.parent / nodeid.split("::")[0]).exists()}
    rows = {**there, **_taken}
    report = {
        "size": "full" if FULL else "small",
        "taken": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cpus": os.cpu_count(), "python": platform.python_version()},
        "tests": {
            nodeid: rows[nodeid] for nodeid in sorted(rows, key=lambda nodeid: (rows[nodeid]["promise"], nodeid))
        },
    }
    REPORTS.mkdir(exist_ok=True)
    PATH.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
