"""Gathers the programs of every installed app: each app's ``catalog.PROGRAMS``."""

from functools import cache

from portal.kit.gather import gather
from programs.spec import Program


@cache
def programs() -> dict[str, Program]:
    """Key → program, in app order. Two programs with one key are a programming error."""
    found: dict[str, Program] = {}
    for program in gather("catalog", "PROGRAMS"):
        assert isinstance(program, Program)
        if program.key in found:
            raise ValueError(f"two programs are called {program.key}")
        found[program.key] = program
    return found


def program(key: str) -> Program:
    """The program with this key; KeyError for an unknown one."""
    return programs()[key]
