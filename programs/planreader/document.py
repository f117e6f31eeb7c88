"""What a work plan is once it is read: chapters, items, tasks, and the problems on the way. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from programs.planreader.tasks import Passage, Task

ERROR, NOTE = "error", "note"


@dataclass(frozen=True)
class Problem:
    line: int
    text: str
    reason: str
    severity: str = ERROR


@dataclass(frozen=True)
class Part:
    kind: str  # head · cover · preamble · chapter · item · context · task · foot
    text: str
    line: int


@dataclass
class Item:
    number: int
    title: str
    head: Passage
    preamble: Passage | None = None
    tasks: list[Task] = field(default_factory=list)


@dataclass
class Chapter:
    number: int
    title: str
    head: Passage
    preamble: list[Passage] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)


@dataclass
class PlanDocument:
    source: str
    title: str = ""
    number: str = ""
    year: int = 0
    issued_on: date | None = None
    issuer: str = ""
    recipients: str = ""
    front: list[Part] = field(default_factory=list)
    chapters: list[Chapter] = field(default_factory=list)
    foot: list[Part] = field(default_factory=list)

    @property
    def items(self) -> list[Item]:
        return [item for chapter in self.chapters for item in chapter.items]

    @property
    def tasks(self) -> list[Task]:
        return [task for item in self.items for task in item.tasks]

    def parts(self) -> Iterator[Part]:
        """The document in its order; the texts together are `planlines.normalised(source)`."""
        yield from self.front
        for chapter in self.chapters:
            yield Part("chapter", chapter.head.text, chapter.head.line)
            yield from (Part("preamble", passage.text, passage.line) for passage in chapter.preamble)
            for item in chapter.items:
                yield Part("item", item.head.text, item.head.line)
                if item.preamble:
                    yield Part("context", item.preamble.text, item.preamble.line)
                yield from (Part("task", task.text, task.line) for task in item.tasks)
        yield from self.foot


@dataclass(frozen=True)
class Reading:
    document: PlanDocument | None  # None as soon as there is one error
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity == ERROR)

    @property
    def notes(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity == NOTE)
