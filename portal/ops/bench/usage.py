"""What processes use: processor time with that of ended children, and memory without what they share."""

import os
import time
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


class Spending:
    """What a piece of work in this very process takes: its processor time, PostgreSQL's meanwhile, seconds, memory."""

    def __init__(self, postmaster: int) -> None:
        self.postmaster = postmaster

    def __enter__(self) -> "Spending":
        Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
        self.idle = _resident("VmRSS")
        self.began, self.own, self.database = time.monotonic(), time.process_time(), spent(self.postmaster)
        return self

    def __exit__(self, *_wrong: object) -> None:
        self.own, self.database = time.process_time() - self.own, spent(self.postmaster) - self.database
        self.seconds, self.peak = time.monotonic() - self.began, _resident("VmHWM")

    def figures(self) -> dict[str, float]:
        """Seconds of processor time (own, the database's, both), seconds by the clock, MB at rest and at most."""
        return {
            "cpu_own": round(self.own, 2), "cpu_db": round(self.database, 2),
            "cpu": round(self.own + self.database, 2), "seconds": round(self.seconds, 1),
            "idle_mb": round(self.idle, 1), "peak_mb": round(self.peak, 1),
        }  # fmt: skip


def _resident(name: str) -> float:
    """MB of this process, by the kernel's name for the figure."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024
