"""Figures of promise tests reach the report and the table."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from portal.ops import promises

ROOT = Path(__file__).resolve().parents[2]
MODULE = """
import pytest

@pytest.mark.promise("P-X1")
def test_kept(figure):
    figure("winners", 1, wanted="1")

@pytest.mark.promise("P-X2")
def test_broken(figure):
    figure("seconds", 2.34567, "s", wanted="≤ 1 s")
    assert False
"""


def test_figures_are_written_and_printed(tmp_path, monkeypatch, capsys):
    (tmp_path / "test_x.py").write_text(MODULE)
    runner = (
        "import sys, pathlib, pytest; from portal.ops import pytest_promises as plugin;"
        f"plugin.REPORTS = pathlib.Path({str(tmp_path)!r}) / 'reports'; plugin.PATH = plugin.REPORTS / 'promises.json';"
        "options = ['-c', '/dev/null', '-p', 'no:django', '-p', 'portal.ops.pytest_promises'];"
        f"sys.exit(pytest.main([*options, {str(tmp_path)!r}]))"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    subprocess.run([sys.executable, "-c", runner], cwd=tmp_path, env=env, capture_output=True, check=False)
    path = tmp_path / "reports" / "promises.json"
    written = {row["promise"]: row for row in json.loads(path.read_text())["tests"].values()}
    assert written["P-X1"]["figures"] == [{"what": "winners", "value": 1, "unit": "", "wanted": "1"}]
    assert written["P-X2"]["outcome"] == "failed"
    monkeypatch.setattr(promises, "PATH", path)
    promises.main()
    table = capsys.readouterr().out
    assert "2.346 s" in table
    assert "BROKEN" in table


BOUNDS = (
    (153.7, "< 120 s", "MISSED"),
    (84.0, "< 120 s", "kept"),
    (0, "0", "kept"),
    (1, "0", "MISSED"),
    (102, "102, of which ≥ 60", "kept"),
    (59, "≥ 60", "MISSED"),
    (1, "> 0", "kept"),
    ("returned", "returned", "kept"),
    (7, "all closed", "kept"),
)


@pytest.mark.parametrize(("value", "wanted", "word"), BOUNDS)
def test_a_figure_beyond_its_bound_is_not_called_kept(value, wanted, word):
    assert promises.missed(value, wanted) == (word == "MISSED")
