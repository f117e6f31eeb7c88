"""What processes use: processor time with that of ended children, and memory without what they share."""

import os
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    """Living descendants of a process."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *children(int(child))]
    return found


def spent(pid: int) -> float:
    """Seconds of processor time of a process, its living descendants, and those it has waited for.

    PostgreSQL's backends end when a connection is given up; their time is then the postmaster's `cutime`.
    """
    total = 0
    for one in (pid, *children(pid)):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(int(fields[n]) for n in (11, 12, 13, 14))
    return total / TICK


def memory(pid: int) -> dict[str, float]:
    """MB of one process: `pss` counts shared pages by share, `uss` only its own."""
    values = {"Pss": 0, "Private_Clean": 0, "Private_Dirty": 0}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        name, _colon, rest = line.partition(":")
        if name in values:
            values[name] = int(rest.split()[0])
    return {"pss": values["Pss"] / 1024, "uss": (values["Private_Clean"] + values["Private_Dirty"]) / 1024}
