"""One clock: the moment and the day come from ``portal.kit.days``, so that a moved clock moves everything."""

import ast

import pytest

from tests.architecture.test_one_door import ROOMS, ROOT

#: ``name.attribute()`` that read the machine's own clock as a date; durations (``time.monotonic``) are free.
CLOCKS = {("timezone", "now"), ("timezone", "localdate"), ("datetime", "now"), ("datetime", "today"), ("date", "today")}
THE_CLOCK = ROOT / "portal/kit/days.py"


def readings(source: str) -> list[int]:
    """Lines that ask another clock; ``timezone.localtime(moment)`` only converts, without an argument it asks."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        asked = (getattr(node.func.value, "id", getattr(node.func.value, "attr", "")), node.func.attr)
        if asked in CLOCKS or (asked == ("timezone", "localtime") and not node.args):
            found.append(node.lineno)
    return found


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
