"""Every act that code writes has its words for the people who read the trail."""

import re
from pathlib import Path

from portal.core import acts
from programs.workflows import WORKFLOWS

ROOT = Path(__file__).parents[2]
_WRITTEN = re.compile(r'trail\.write\(\s*[\w.()]+,\s*(?:f?)"([a-z]+\.[a-z_]+)"(?: if [^"]+ else "([a-z]+\.[a-z_]+)")?')


def written() -> set[str]:
    found = set()
    for folder in ("portal", "programs", "awards"):
        for path in (ROOT / folder).rglob("*.py"):
            if path.name not in ("demo.py", "seed.py") and "migrations" not in path.parts:
                for pair in _WRITTEN.findall(path.read_text("utf-8")):
                    found |= set(filter(None, pair))
    return found


def test_every_act_has_words():
    found = written()
    assert len(found) > 40
    assert sorted(found - set(acts.words()) - {"demo.users"}) == []


def test_every_move_has_words():
    moves = {f"entry.{move.name}" for workflow in WORKFLOWS.values() for move in workflow.moves}
    assert sorted(moves - set(acts.words())) == []
