"""The work plan as a page shows it: the tree of tasks with what has happened since, in a constant number of queries."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count, Max, Q
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from portal.core.actor import Actor
from portal.kit import days
from programs.models.calls import Call
from programs.models.entries import Entry, badge
from programs.models.plans import Plan, PlanItem
from programs.planreader.tasks import speaks_of
from programs.spec import State

DONE, DOING, LATE, IDLE = "done", "doing", "late", "idle"
SITUATIONS = {DONE: _("做完"), DOING: _("在办"), LATE: _("晚了"), IDLE: _("没动")}
_TAGS = {DONE: "tag good", DOING: "tag new", LATE: "tag bad", IDLE: "tag"}
_SEGMENTS = {DONE: "a", DOING: "b", LATE: "c", IDLE: "d"}
# The furthest of these that any entry has reached is the stage of a published call.
_STAGES = (State.NOTICE, State.SHORTLIST, State.JUDGING, State.PASSED_UP, State.REVIEW)


@dataclass
class CallState:
    """A linked call with the entries the actor may see, by state."""

    call: Call
    states: dict[str, int] = field(default_factory=dict)
    last: datetime | None = None

    @property
    def total(self) -> int:
        return sum(self.states.values())

    @property
    def closed(self) -> bool:
        return self.call.state == Call.State.CLOSED

    @property
    def badge(self) -> SafeString | str:
        stage = next((state for state in _STAGES if self.states.get(state)), None)
        return badge(stage) if stage and self.call.state == Call.State.PUBLISHED else ""

    @property
    def counts(self) -> list[tuple[str, int]]:
        return [(state.label, self.states[state]) for state in State if self.states.get(state)]


@dataclass
class TaskLine:
    row: PlanItem
    calls: list[CallState]
    today: date

    @property
    def situation(self) -> str:
        if self.row.done_on or (self.calls and all(one.closed for one in self.calls)):
            return DONE
        if self.row.due and self.row.due < self.today:
            return LATE
        return DOING if self.calls or self.row.done_note else IDLE

    @property
    def label(self) -> str:
        return SITUATIONS[self.situation]

    @property
    def tag(self) -> str:
        return _TAGS[self.situation]

    @property
    def entries(self) -> int:
        return sum(one.total for one in self.calls)

    @property
    def last(self) -> date | None:
        moments = [days.local(one.last).date() for one in self.calls if one.last]
        return max([*moments, *([self.row.done_on] if self.row.done_on else [])], default=None)

    @property
    def says_more(self) -> bool:
        """Is there more in the source than the short title already shows?"""
        return self.row.text.strip("，；。 ") != self.row.title


@dataclass
class Progress:
    """How many tasks of a chapter, department or plan are in which situation; drawn as one bar."""

    name: str
    counts: Counter

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        return self.counts[DONE]

    @property
    def label(self) -> str:
        return "，".join(f"{name} {self.counts[key]}" for key, name in SITUATIONS.items())

    @property
    def bars(self) -> list[tuple[str, int, int]]:
        """(css class, x, width) in units of one task."""
        bars, x = [], 0
        for key, css in _SEGMENTS.items():
            if self.counts[key]:
                bars.append((css, x, self.counts[key]))
                x += self.counts[key]
        return bars


@dataclass
class ItemLine:
    row: PlanItem
    tasks: list[TaskLine] = field(default_factory=list)


@dataclass
class ChapterLine:
    row: PlanItem
    items: list[ItemLine] = field(default_factory=list)
    progress: Progress | None = None

    @property
    def short(self) -> str:
        return self.row.title.split("，")[0]


@dataclass
class PlanTree:
    plan: Plan
    chapters: list[ChapterLine]
    tasks: list[TaskLine]

    def progress(self) -> Progress:
        return _progress("", self.tasks)

    def by_department(self) -> list[Progress]:
        names = sorted({line.row.department for line in self.tasks if line.row.department})
        found = [_progress(name, [one for one in self.tasks if one.row.department == name]) for name in names]
        return sorted(found, key=lambda progress: -progress.total)

    def keep(self, wanted: set[int]) -> list[ChapterLine]:
        """The chapters and items that still have one of the wanted tasks (by pk), with only these."""
        kept = []
        for chapter in self.chapters:
            items = [
                ItemLine(item.row, [line for line in item.tasks if line.row.pk in wanted]) for item in chapter.items
            ]
            if items := [item for item in items if item.tasks]:
                kept.append(ChapterLine(chapter.row, items, chapter.progress))
        return kept


def _progress(name: str, lines: Iterable[TaskLine]) -> Progress:
    return Progress(name, Counter(line.situation for line in lines))


def plan_tree(plan: Plan, actor: Actor) -> PlanTree:
    """Four queries whatever the plan holds: rows, links, linked calls, entries by call and state."""
    rows = list(plan.items.order_by("order"))
    links = _links([row.pk for row in rows if row.kind == PlanItem.Kind.TASK], actor)
    today, chapters, tasks = days.today(), [], []
    for row in rows:
        if row.kind == PlanItem.Kind.CHAPTER:
            chapters.append(ChapterLine(row))
        elif row.kind == PlanItem.Kind.ITEM:
            chapters[-1].items.append(ItemLine(row))
        else:
            tasks.append(TaskLine(row, links.get(row.pk, []), today))
            chapters[-1].items[-1].tasks.append(tasks[-1])
    for chapter in chapters:
        chapter.progress = _progress(chapter.short, [line for item in chapter.items for line in item.tasks])
    return PlanTree(plan, chapters, tasks)


def task_line(task: PlanItem, actor: Actor) -> TaskLine:
    return TaskLine(task, _links([task.pk], actor).get(task.pk, []), days.today())


def _links(task_ids: list[int], actor: Actor) -> dict[int, list[CallState]]:
    through = PlanItem.calls.through.objects.filter(planitem_id__in=task_ids).order_by("id")
    pairs = list(through.values_list("planitem_id", "call_id"))
    calls = Call.objects.visible_to(actor).in_bulk({call for _task, call in pairs})
    states = call_states(calls.values(), actor)
    found: dict[int, list[CallState]] = {}
    for task, call in pairs:
        if call in states:
            found.setdefault(task, []).append(states[call])
    return found


def call_states(calls: Iterable[Call], actor: Actor) -> dict[int, CallState]:
    """One grouped query for all calls: entries the actor may see, by state, and when the last one moved."""
    found = {call.pk: CallState(call) for call in calls}
    entries = Entry.objects.visible_to(actor).filter(call__in=found).exclude(state=State.DRAFT)
    grouped = entries.values("call_id", "state").annotate(count=Count("pk"), last=Max("updated_at"))
    for line in grouped.order_by("call_id", "state"):
        one = found[line["call_id"]]
        one.states[line["state"]] = line["count"]
        one.last = max(filter(None, (one.last, line["last"])), default=None)
    return found


def plans_with_counts(actor: Actor) -> list[Plan]:
    """For the list of years: number of tasks, and of those that were linked or marked."""
    task = Q(items__kind=PlanItem.Kind.TASK)
    touched = task & (Q(items__calls__isnull=False) | ~Q(items__done_note=""))
    return list(
        Plan.objects.visible_to(actor)
        .select_related("owner")
        .defer("source", "preamble")
        .annotate(
            tasks=Count("items", filter=task, distinct=True),
            touched=Count("items", filter=touched, distinct=True),
        )
    )


def linkable(task: PlanItem, actor: Actor, programs: dict[str, tuple[str, ...]]) -> list[tuple[Call, bool]]:
    """Calls of the plan's year and the next that this actor may see; those that the task names come first.

    ``programs``: program key → words that stand for it in a plan (the catalogue's, given by the caller).
    """
    year = task.plan.year
    calls = Call.objects.visible_to(actor).filter(year__in=(year, year + 1)).order_by("year", "title", "pk")
    named = [(call, names_call(task, call, programs.get(call.program_key, ()))) for call in calls]
    return sorted(named, key=lambda pair: not pair[1])


def names_call(task: PlanItem, call: Call, words: tuple[str, ...] = ()) -> bool:
    return any(word in task.text for word in words) or speaks_of(task.text, task.names, call.title)
