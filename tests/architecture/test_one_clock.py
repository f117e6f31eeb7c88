"""One clock: the moment and the day come from ``portal.kit.days``, so that a moved clock moves everything."""

import re

import pytest

from tests.architecture.test_one_door import ROOMS, ROOT

#: Calls that read the machine's own clock; ``timezone.localtime(moment)`` only converts, durations are free.
CLOCKS = re.compile(r"\btimezone\.(now|localdate|localtime)\(\)|\b(datetime|date)\.(now|today|utcnow)\(")
THE_CLOCK = ROOT / "portal/kit/days.py"


def readings(source: str) -> list[int]:
    """Lines that ask another clock."""
    return [n for n, line in enumerate(source.splitlines(), 1) if CLOCKS.search(line)]


def test_nobody_asks_another_clock():
    paths = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    others = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in paths
        if path != THE_CLOCK and not {"migrations", "ops"} & set(path.relative_to(ROOT).parts)
        for line in readings(path.read_text())
    ]
    assert others == []
    assert readings(THE_CLOCK.read_text())


@pytest.mark.parametrize("line", ["timezone.now()", "timezone.localtime()", "date.today()", "datetime.datetime.now()"])
def test_the_control_another_clock_is_seen(line):
    assert readings(f"x = {line}") == [1]
    assert readings("timezone.localtime(moment)") == []
