"""Moves over many entries: choose, weigh, make, take back. Every entry goes through ``make_move``, one by one.

What is meant is frozen when it is asked, with the version of each entry. A row and its move are one transaction, so a
worker that dies goes on at the next row and moves none twice.
"""

from collections.abc import Callable

from django.db import transaction
from django.db.models import Case, Count, Min, QuerySet, Value, When
from django.utils.translation import gettext as _

from portal.core import jobs, trail
from portal.core.actor import Actor
from portal.kit import crypto, days
from portal.kit.refusal import Refused
from programs.actions.moves import RELATED, UNIONS, make_move, why_not, would_refuse
from programs.models import BulkMove, BulkRow, Entry
from programs.spec import Move

LIMIT = 5000
#: So many are weighed and made while the page waits; more go to a worker.
AT_ONCE = 20
CHUNK = 100
UNDO = "undo"
Progress = Callable[[int, int], None]
State, Outcome = BulkMove.State, BulkRow.Outcome


def _quiet(done: int, total: int) -> None:
    """Progress that nobody watches."""


def _own(by: Actor, run_id: int) -> BulkMove:
    return BulkMove.objects.visible_to(by).select_for_update(of=("self",)).get(pk=run_id)


@transaction.atomic
def choose(by: Actor, rows: QuerySet[Entry], listing: str, query: str = "") -> BulkMove:
    """Freeze which entries are meant, in the order of the list; ``query`` where everything that it finds is."""
    found = list(rows.values_list("pk", "version")[: LIMIT + 1])
    if not found:
        raise Refused(_("还没有选，先勾上几件"))
    if len(found) > LIMIT:
        raise Refused(_("一次最多办 %(n)s 件，加些条件分几次办") % {"n": f"{LIMIT:,}"})
    run = BulkMove.objects.create(
        made_by=by.user, organization=by.organization, listing=listing,
        query=crypto.seal(query, "bulk") if query else "",
    )  # fmt: skip
    made = [BulkRow(run=run, entry_id=pk, version=version) for pk, version in found]
    BulkRow.objects.bulk_create(made, batch_size=1000)
    trail.write(by, "bulk.choose", run, change={"entries": len(made)})
    return run


def offered(by: Actor, run: BulkMove) -> list[tuple[Move, int]]:
    """The moves that the actor may make on some of the rows, and on how many; the checks are not asked yet.

    Entries alike in all that ``why_not`` looks at are asked once: as many questions for 3,000 rows as for 30.
    """
    groups = run.rows.order_by().values(
        "entry__state", "entry__desk", "entry__call", "entry__came_from",
        own=Case(When(entry__organization=by.organization_id, then=Value(1)), default=Value(0)),
        subject=Case(When(entry__member=by.member_id, then=Value(1)), default=Value(0)),
    )  # fmt: skip
    counted = dict(groups.annotate(one=Min("entry_id"), n=Count("pk")).values_list("one", "n"))
    found: dict[str, tuple[Move, int]] = {}
    for entry in Entry.objects.filter(pk__in=counted).select_related(*RELATED, *UNIONS):
        for move in entry.call.workflow.open_to(entry.state):
            if move.bulk and not why_not(by, move, entry):
                found[move.name] = (move, found.get(move.name, (move, 0))[1] + counted[entry.pk])
    return sorted(found.values(), key=lambda one: (not one[0].main, one[0].grave, -one[1]))


@transaction.atomic
def weigh(by: Actor, run_id: int, name: str) -> BulkMove:
    """Say for each row whether the move would go, and why not. Few rows at once, many in a job."""
    run = _own(by, run_id)
    if run.state not in (State.CHOSEN, State.WEIGHED) or run.undoes_id:
        raise Refused(_("这一批已经在办了"))
    move = next((one for one, _n in offered(by, run) if one.name == name), None)
    if move is None:
        raise Refused(_("选的这些里没有能这样办的"))
    run.move, run.title = move.name, str(move.bulk)
    run.rows.update(move=move.name, outcome=Outcome.ASKED, why="", reason="")
    trail.write(by, "bulk.weigh", run, change={"move": name})
    return _start_weighing(by, run)


def _start_weighing(by: Actor, run: BulkMove) -> BulkMove:
    total = run.rows.count()
    run.state, run.job = State.WEIGHING, None
    if total > AT_ONCE:
        title = _("试算：%(title)s，%(n)s 件") % {"title": run.title, "n": f"{total:,}"}
        run.job = jobs.start("programs.bulk_weigh", by, title, {"run": run.pk})
    run.save()
    if run.job is None:
        weigh_rows(by, run.pk)
        run.refresh_from_db()
    return run


def weigh_rows(by: Actor, run_id: int, progress: Progress = _quiet) -> None:
    """The dry run. Safe to repeat: rows that were weighed keep their answer."""
    run = BulkMove.objects.get(pk=run_id)
    total, done = run.rows.count(), run.rows.exclude(outcome=Outcome.ASKED).count()
    while chunk := list(run.rows.filter(outcome=Outcome.ASKED).order_by("pk")[:CHUNK]):
        found = Entry.objects.select_related(*RELATED, *UNIONS).in_bulk([row.entry_id for row in chunk])
        with transaction.atomic():
            for row in chunk:
                _weigh_row(by, row, found[row.entry_id])
            BulkRow.objects.bulk_update(chunk, ["outcome", "why", "reason", "was"])
        done += len(chunk)
        progress(done, total)
    BulkMove.objects.filter(pk=run_id, state=State.WEIGHING).update(state=State.WEIGHED)


def _weigh_row(by: Actor, row: BulkRow, entry: Entry) -> None:
    row.was = entry.state
    move = entry.call.workflow.move(row.move)
    if entry.version != row.version:
        reason = _("选的时候到现在，这一件有人动过。看过新的再办")
    elif move is None:
        reason = _("没有这一步")
    else:
        reason = would_refuse(by, move, entry, _through(move))
    row.outcome = Outcome.WONT if reason else Outcome.WILL
    row.why, row.reason = _group(reason), reason


def _through(move: Move) -> str:
    return UNDO if move.through == UNDO else ""


def _group(reason: str) -> str:
    """What reasons of one kind have in common: the name of the rule, or the whole where it names none."""
    return reason.partition("：")[0][:80]


@transaction.atomic
def begin(by: Actor, run_id: int, note: str = "") -> BulkMove:
    """Make the moves that were weighed as possible. A second press finds it begun and changes nothing."""
    run = _own(by, run_id)
    if run.state in (State.MAKING, State.MADE):
        return run
    if run.state != State.WEIGHED:
        raise Refused(_("先试算，再办"))
    going = run.rows.filter(outcome=Outcome.WILL)
    if asks_note(run) and not note.strip():
        raise Refused(_("请写明理由，每家都照原样看到"), "note")
    if not going.exists():
        raise Refused(_("没有能办的"))
    run.state, run.note, run.job = State.MAKING, note.strip(), None
    trail.write(by, "bulk.start", run, note=run.note, change={"move": run.move, "entries": going.count()})
    return _start_making(by, run)


def asks_note(run: BulkMove) -> bool:
    """Whether the move wants a reason."""
    row = run.rows.select_related("entry__call").first()
    move = row.entry.call.workflow.move(run.move) if row else None
    return bool(move and move.note)


def _start_making(by: Actor, run: BulkMove) -> BulkMove:
    left = run.rows.filter(outcome=Outcome.WILL).count()
    if left > AT_ONCE:
        title = _("%(title)s，%(n)s 件") % {"title": run.title, "n": f"{left:,}"}
        run.job = jobs.start("programs.bulk_make", by, title, {"run": run.pk})
    run.save()
    if run.job is None:
        make_rows(by, run.pk)
        run.refresh_from_db()
    return run


@transaction.atomic
def resume(by: Actor, run_id: int) -> BulkMove:
    """Go on with a run whose job was stopped or failed."""
    run = _own(by, run_id)
    if run.state not in (State.MAKING, State.WEIGHING) or (run.job and run.job.open):
        return run
    trail.write(by, "bulk.resume", run)
    return _start_making(by, run) if run.state == State.MAKING else _start_weighing(by, run)


def make_rows(by: Actor, run_id: int, progress: Progress = _quiet) -> None:
    """Move the rows that will go, in the order of the list. Safe to repeat and to run twice at once."""
    run = BulkMove.objects.get(pk=run_id)
    todo = list(run.rows.filter(outcome=Outcome.WILL).order_by("pk").values_list("pk", flat=True))
    gone = run.rows.filter(outcome__in=[Outcome.MOVED, Outcome.REFUSED]).count()
    for number, pk in enumerate(todo, gone + 1):
        _make_row(by, run, pk)
        progress(number, gone + len(todo))
    left = run.rows.filter(outcome=Outcome.WILL).exists()
    if not left:
        BulkMove.objects.filter(pk=run_id, state=State.MAKING).update(state=State.MADE, made_at=days.now())


@transaction.atomic
def _make_row(by: Actor, run: BulkMove, row_id: int) -> None:
    row = BulkRow.objects.select_for_update(of=("self",)).select_related("entry__call").get(pk=row_id)
    if row.outcome != Outcome.WILL:
        return
    move = row.entry.call.workflow.move(row.move)
    try:
        entry = make_move(
            row.entry_id, row.move, by=by, note=run.note, version=row.version, through=_through(move) if move else ""
        )
    except Refused as refusal:
        row.outcome, row.why, row.reason = Outcome.REFUSED, _group(refusal.message), refusal.message
    else:
        row.outcome, row.after = Outcome.MOVED, entry.version
    row.save()


# ── taking it back ──
def can_undo(run: BulkMove) -> bool:
    """Whether the table names a move that takes this run's back, and nobody took it back yet."""
    if run.state != State.MADE or run.undoes_id or BulkMove.objects.filter(undoes=run).exists():
        return False
    row = run.rows.filter(outcome=Outcome.MOVED).select_related("entry__call").first()
    move = row.entry.call.workflow.move(run.move) if row else None
    return bool(move and move.back)


@transaction.atomic
def undo(by: Actor, run_id: int) -> BulkMove:
    """Begin taking a run back: weighed like any other. Entries that somebody has touched since stay as they are."""
    run = _own(by, run_id)
    if again := BulkMove.objects.filter(undoes=run).first():
        return again
    if not can_undo(run):
        raise Refused(_("这一步不能撤回"))
    back = BulkMove.objects.create(
        made_by=by.user, organization=by.organization, undoes=run, move=UNDO, state=State.WEIGHING,
        title=_("撤回“%(title)s”") % {"title": run.title},
    )  # fmt: skip
    rows = []
    for row in run.rows.filter(outcome=Outcome.MOVED).select_related("entry__call"):
        move = row.entry.call.workflow.move(row.move)
        name = move.taken_back_by(row.was) if move else ""
        rows.append(BulkRow(run=back, entry_id=row.entry_id, version=row.after, move=name))
    BulkRow.objects.bulk_create(rows, batch_size=1000)
    trail.write(by, "bulk.undo", back, change={"run": run.pk, "entries": len(rows)})
    return _start_weighing(by, back)
