"""P-SUP1: what the portal is built from is pinned, named, licensed, and never called audited when it was not."""

import json
import tomllib
from pathlib import Path

import pytest

from portal.ops import supply
from portal.ops.lock import FILES

ROOT = Path(__file__).resolve().parents[2]


def answer(names, **more) -> str:
    return json.dumps({"dependencies": [{"name": name, "version": "1", "vulns": [], **more} for name in names]})


@pytest.mark.promise("P-SUP1")
def test_every_line_of_every_lock_has_a_hash_and_no_address(figure, tmp_path):
    pinned = sum(len(supply.locked(ROOT / name)) for name in FILES)
    loose = [line for name in FILES for line in supply.unhashed(ROOT / name)]
    figure("pinned packages in all locks", pinned, wanted="> 100")
    figure("without a hash", len(loose), wanted="0")
    assert pinned > 100 and loose == []
    bad = tmp_path / "requirements.txt"
    bad.write_text("django==5.2.19 \\\n    --hash=sha256:00\nrequests==2.34.2\n")
    assert supply.unhashed(bad) == ["requests"], "the control: a line without one is seen"


@pytest.mark.promise("P-SUP1")
def test_what_is_asked_for_is_locked():
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    names = {line.split("~=")[0].split("[")[0].split("==")[0].lower() for line in wanted}
    assert names - set(supply.locked()) == set()


@pytest.mark.promise("P-SUP1")
def test_licences_are_on_the_list(figure, monkeypatch):
    figure("licences not on the list", len(supply.refused()), wanted="0")
    assert supply.refused() == {}
    monkeypatch.setattr(supply, "licence", lambda name: "GNU Affero General Public License v3")
    assert len(supply.refused()) == len(supply.locked()), "the control: another licence is refused"


@pytest.mark.promise("P-SUP1")
def test_the_sbom_names_what_is_locked(figure):
    """Made by `make sbom`, committed with the lock it is of."""
    parts = {part["name"].lower() for part in json.loads(supply.SBOM.read_text())["components"]}
    figure("components in the SBOM", len(parts), wanted=str(len(set(supply.locked()))))
    assert parts == set(supply.locked())


@pytest.mark.promise("P-SUP1")
def test_an_audit_that_looked_nothing_up_is_never_green(figure):
    names = supply.locked()
    known = [{"id": "GHSA-1"}]
    verdicts = {
        "all looked up": supply.judge(names, answer(names)),
        "one not known to the service": supply.judge(names, answer(names[1:])),
        "all skipped": supply.judge(names, answer(names, skip_reason="not found")),
        "no answer": supply.judge(names, "", "ConnectionError"),
        "an empty answer": supply.judge(names, answer([])),
        "nothing asked": supply.judge([], answer([])),
        "a hole": supply.judge(names, answer(names, vulns=known)),
    }
    green = [what for what, one in verdicts.items() if one.green]
    figure("of 7 answers called green", ", ".join(green), wanted="all looked up")
    assert green == ["all looked up"]
    assert str(verdicts["no answer"]).startswith("NOT AUDITED: 0 of")
    assert "GHSA-1" in str(verdicts["a hole"])
