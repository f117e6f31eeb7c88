"""How a case of the corpus is written down."""

from collections.abc import Callable
from dataclasses import dataclass

REFUSED, ROWS, EITHER = "refused", "rows", "either"


@dataclass(frozen=True)
class Case:
    """``answer``: what must come back; ``says``: a word that the reason or the notes must hold."""

    name: str
    file: str
    build: Callable[[], bytes]
    answer: str
    says: str = ""


CASES: list[Case] = []


def case(file: str, answer: str, says: str = "") -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    def keep(build: Callable[[], bytes]) -> Callable[[], bytes]:
        CASES.append(Case(build.__name__, file, build, answer, says))
        return build

    return keep


def short(name: str, file: str, build: Callable[[], bytes], answer: str, says: str = "") -> None:
    CASES.append(Case(name, file, build, answer, says))
