"""The lines of the table: what each measures, and the figure it has to reach."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """A page of the portal: `times` the bare page's processor time at most, `sql` and `kb` at most."""

    name: str
    label: str
    times: float
    sql: int = 15
    kb: int = 100
    grows: bool = True


PAGES = (
    Page("inbox", "inbox", 2.0),
    Page("entries", "entry list", 2.0),
    Page("entries_filtered", "entry list, filtered", 2.0),
    Page("entries_search", "entry list, search", 2.0),
    Page("members", "members, first page", 2.0),
    Page("members_search", "member search", 2.0),
    Page("members_pinyin", "member search by pinyin", 2.0),
    Page("call", "call dashboard", 2.0),
    Page("entry", "entry page", 2.0),
    Page("notice", "public notice", 0.7),
    Page("verify", "public verification", 0.7),
    Page("notices", "public notices", 0.7),
)
ROWS = 500
GROWTH = 1.2
SUBMISSION = 8.0
EXPORT, EXPORT_MB = 1.5, 100
IMPORT_FIRST, IMPORT_SAME, IMPORT_MB = 4.0, 3.0, 1024
WORKER_MB = 150


@dataclass(frozen=True)
class Line:
    """One line of the result: a figure beside what it has to be."""

    work: str
    what: str
    value: float
    bound: float
    unit: str = ""

    @property
    def reached(self) -> bool:
        return self.value <= self.bound

    @property
    def verdict(self) -> str:
        if self.reached:
            return "reached"
        share = f" ({(self.value / self.bound - 1) * 100:.0f} %)" if self.bound else ""
        return f"misses by {self.value - self.bound:.2f}{self.unit}{share}"
