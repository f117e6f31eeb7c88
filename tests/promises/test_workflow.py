"""P-WF1: only the steps of the workflow table happen.

Every combination of state, desk, move and actor is tried on a real entry and rolled back. What should happen is worked
out here from the table alone, with the duties written out once more; ``why_not`` and ``holds`` are not asked.
"""

import datetime
import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.db.utils import InternalError

from portal import policy
from portal.core.actor import SYSTEM, Actor
from portal.core.models import Record
from portal.kit import days
from portal.kit.refusal import Refused
from programs import duties
from programs.actions.moves import make_move
from programs.models import Decision, DecisionLine, Entry, Hand, Notice, NoticeLine, Objection, Passing, PassingLine
from programs.spec import At, Desk, Duty, Move, State
from programs.workflows import WORKFLOWS
from tests import factories

pytestmark = pytest.mark.promise("P-WF1")

#: The desk that had the entry before, in every state tried.
CAME_FROM = "district"
#: Who may, in the words of the design: (role, place) pairs. ``desk`` is wherever the entry lies.
ALLOWED: dict[Duty, tuple[tuple[str, ...], str]] = {
    Duty.OWNER: (("chair", "clerk", "officer"), "unit"),
    Duty.DESK: (("chair", "officer"), "desk"),
    Duty.PASSER: (("chair", "officer"), CAME_FROM),
    Duty.OFFICER: (("officer",), "city"),
    Duty.LEADER: (("leader",), "city"),
}
PLACES = ("unit", "district", "city", "foreign")
FEW = (
    ("chair", "unit"), ("clerk", "unit"), ("officer", "district"), ("clerk", "district"), ("officer", "city"),
    ("leader", "city"), ("chair", "foreign"), ("officer", "foreign"), ("teacher", ""), ("machine", ""),
)  # fmt: skip


@dataclass
class Stage:
    """One entry that satisfies every check of every move, the places around it, and the people at them."""

    entry: Entry
    places: dict[str, object]
    people: dict[tuple[str, str], Actor]

    def put(self, state: str, desk: str) -> None:
        """Place the entry by hand, as ``make_move`` does: only with the sign that the trigger asks for."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('portal.move', %s, true)", [str(self.entry.pk)])
            Entry.objects.filter(pk=self.entry.pk).update(
                state=state,
                desk=self.places[desk],
                submitted_at=days.now(),
                returned_from=None,
                flags={},
                came_from=self.places[CAME_FROM],
            )
            cursor.execute("SELECT set_config('portal.move', '', true)")


def _settled(entry: Entry, officer: Actor) -> None:
    """A notice that has run out, an objection that was upheld, a drafted decision: what the late moves ask for."""
    call, day = entry.call, days.today()
    notice = Notice.objects.create(
        call=call, title="公示", body="公示", days=5, created_by=officer.user, state=Notice.State.ENDED,
        starts_on=day - datetime.timedelta(days=20), ends_on=day - datetime.timedelta(days=10),
    )  # fmt: skip
    line = NoticeLine.objects.create(notice=notice, entry=entry, name="*", unit="*", category="*")
    Objection.objects.create(
        notice=notice, line=line, kind="named", name="某", contact="1", text="查实的事", state="upheld", answer="成立"
    )
    decision = Decision.objects.create(
        call=call, number="测〔1〕号", title="决定", text="决定", drafted_by=officer.user, decided_on=day
    )
    passing = Passing.objects.create(
        call=call, category=entry.category, body="市妇联", number="测〔2〕号", sent_on=day, made_by=officer.user,
        made_at=days.now(),
    )  # fmt: skip
    PassingLine.objects.create(
        passing=passing, entry=entry, revision=1, digest="0" * 64, outcome="granted", outcome_on=day,
        outcome_number="妇〔1〕号", recorded_by=officer.user,
    )  # fmt: skip
    DecisionLine.objects.create(decision=decision, entry=entry, revision=1, digest="0" * 64)


def build(full: bool) -> Stage:
    world = factories.world()
    call = factories.call(world["officer"])
    entry = factories.draft(world["a1.chair"], call)
    _settled(entry, world["officer"])
    places = {"unit": world["a1"], "district": world["a"], "city": world["city"], "foreign": world["b"]}
    named = sorted({role for roles, _where in ALLOWED.values() for role in roles})
    # Roles that the table names stand at every place. The others, who may never do anything, are those of the world: a
    # second security officer would close the door to staff posts made without the two.
    others = [role for role in policy.ROLES if role not in (*named, "anonymous", "teacher")]
    everybody = [
        *itertools.product(named, PLACES),
        *((role, "city") for role in others),
        ("teacher", ""),
        ("machine", ""),
    ]
    wanted = everybody if full else FEW
    people = {
        (role, place): SYSTEM if role == "machine" else world[role] if role in ("teacher", *others)
        else factories.post(role, places[place])
        for role, place in wanted
    }  # fmt: skip
    return Stage(entry, places, people)


def expected(move: Move, state: str, desk: str, role: str, place: str, through: str) -> tuple[str, str] | None:
    """(state, desk) after the move, None where it must be refused. From the table alone."""
    if state not in move.sources or move.through != through:
        return None
    if (move.at is At.OWNER and desk != "city") or (move.at is At.BELOW_OWNER and desk == "city"):
        return None
    if move.by is Duty.MACHINE:
        if role != "machine":
            return None
    else:
        roles, where = ALLOWED[move.by]
        if role not in roles or place != (desk if where == "desk" else where):
            return None
    after = {
        Desk.BACK: CAME_FROM, Desk.STAYS: desk, Desk.UNIT: "unit", Desk.OWNER: "city",
        Desk.UP: {"unit": "district", "district": "city", "city": "city"}[desk],
    }  # fmt: skip
    return str(move.target), after[move.desk]


def lies(stage: Stage) -> tuple[str, int, int]:
    return Entry.objects.values_list("state", "desk", "version").get(pk=stage.entry.pk)


def observed(stage: Stage, before: tuple, move: Move, actor: Actor, through: str) -> tuple[str, str] | None:
    """What ``make_move`` really did, read back from the database; a refusal has left everything as it was."""
    try:
        make_move(stage.entry.pk, move.name, by=actor, note="理由", through=through)
    except Refused:
        assert lies(stage) == before
        return None
    state, desk, _version = lies(stage)
    return state, next(name for name, org in stage.places.items() if org.pk == desk)


def triples(stage: Stage, moves: tuple[Move, ...]) -> Iterator[tuple]:
    for state, desk, move in itertools.product(State.values, ("unit", "district", "city"), moves):
        for role, place in stage.people:
            for through in dict.fromkeys(("", move.through)):
                yield state, desk, move, role, place, through


def compare(stage: Stage, moves: tuple[Move, ...], every: int = 1) -> tuple[int, int, list]:
    """(tried, allowed by the table, mismatches), all rolled back. Of the forbidden ones each ``every``-th is tried."""
    count = itertools.count()
    tried = allowed = 0
    wrong = []
    for key, group in itertools.groupby(triples(stage, moves), key=lambda row: row[:2]):
        with rolled_back():
            stage.put(*key)
            before = lies(stage)
            for state, desk, move, role, place, through in group:
                want = expected(move, state, desk, role, place, through)
                if want is None and next(count) % every:
                    continue
                with rolled_back():
                    got = observed(stage, before, move, stage.people[role, place], through)
                tried, allowed = tried + 1, allowed + (want is not None)
                if got != want:
                    wrong.append((state, desk, move.name, role, place, through, want, got))
    return tried, allowed, wrong


class _Back(Exception):
    pass


@contextmanager
def rolled_back() -> Iterator[None]:
    """A savepoint that is always undone."""
    try:
        with transaction.atomic():
            yield
            raise _Back
    except _Back:
        pass


@pytest.mark.django_db
@pytest.mark.parametrize("name", WORKFLOWS)
def test_the_table_is_what_happens(name, figure, full_size):
    stage = build(full_size)
    assert stage.entry.call.workflow.name == name
    tried, allowed, wrong = compare(stage, WORKFLOWS[name].moves, 1 if full_size else 17)
    figure("state × desk × move × actor combinations", tried)
    figure("allowed by the table", allowed)
    figure("observed otherwise", len(wrong), wanted="0")
    assert allowed > 20
    assert wrong == []


@pytest.mark.django_db
def test_control_a_widened_duty_is_seen(monkeypatch, figure):
    """Negative control: were a clerk let at the desk's moves, the comparison would say so."""
    stage = build(full=False)
    monkeypatch.setitem(duties.HOLDERS, Duty.DESK, frozenset({"chair", "officer", "clerk"}))
    moves = tuple(move for move in WORKFLOWS["recommendation"].moves if move.name in ("forward", "return"))
    stage.people = {key: actor for key, actor in stage.people.items() if key[0] in ("clerk", "officer")}
    _tried, _allowed, wrong = compare(stage, moves)
    figure("control: mismatches found with a widened duty", len(wrong), wanted="≥ 1")
    assert {row[3] for row in wrong} == {"clerk"}


# ── one press, one step ──
@pytest.mark.django_db(transaction=True)
def test_a_double_click_is_one_transition(figure, full_size):
    world = factories.world()
    call = factories.call(world["officer"], places=60)
    rounds, steps = (50, []) if full_size else (6, [])
    for _round in range(rounds):
        entry = factories.submitted(world["a1.chair"], call)
        gate, answers = threading.Barrier(2), []

        def press(entry=entry, gate=gate, answers=answers) -> None:
            try:
                gate.wait()
                make_move(entry.pk, "forward", by=world["a.officer"], version=entry.version)
                answers.append("moved")
            except Refused:
                answers.append("refused")
            finally:
                connections.close_all()

        threads = [threading.Thread(target=press) for _n in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == ["moved", "refused"]
        steps.append(Record.objects.about(entry).filter(act="entry.forward").count())
    figure("double clicks", rounds)
    figure("transitions per double click, most", max(steps), wanted="1")
    assert steps == [1] * rounds


@pytest.mark.django_db
def test_a_stale_form_moves_nothing(figure):
    world = factories.world()
    entry = factories.submitted(world["a1.chair"], factories.call(world["officer"]))
    seen = entry.version
    make_move(entry.pk, "return", by=world["a.officer"], note="改", version=seen)
    with pytest.raises(Refused, match="旧版"):
        make_move(entry.pk, "forward", by=world["a.officer"], version=seen)
    entry.refresh_from_db()
    figure("state after a stale forward", entry.state, wanted="returned")
    assert entry.state == State.RETURNED


# ── the quiet write ──
def without_record(entry: Entry) -> bool:
    """The detector: whether the entry stands in a state that no record of a move put it into."""
    last = Record.objects.about(entry).filter(change__has_key="state").order_by("-id").first()
    state = Entry.objects.values_list("state", flat=True).get(pk=entry.pk)
    return state != (last.change["state"][1] if last else State.DRAFT)


def _quiet_orm(entry: Entry) -> None:
    Entry.objects.filter(pk=entry.pk).update(state=State.APPROVED)


def _quiet_sql(entry: Entry) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE programs_entry SET state = 'approved' WHERE id = %s", [entry.pk])


def _quiet_save(entry: Entry) -> None:
    fresh = Entry.objects.get(pk=entry.pk)
    fresh.state = State.APPROVED
    fresh.save()


QUIET = (_quiet_orm, _quiet_sql, _quiet_save)


@pytest.mark.django_db
def test_a_quiet_write_is_stopped_by_the_database(figure):
    world = factories.world()
    entry = factories.submitted(world["u.chair"], factories.call(world["officer"]))
    for write in QUIET:
        with pytest.raises(InternalError, match="make_move"), transaction.atomic():
            write(entry)
        assert not without_record(entry)
    figure("quiet writes stopped", len(QUIET), wanted=f"{len(QUIET)}")


@pytest.mark.django_db
def test_control_without_the_trigger_the_quiet_write_goes_through_and_is_seen(figure):
    world = factories.world()
    entry = factories.submitted(world["u.chair"], factories.call(world["officer"]))
    seen = 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'pgtrigger_state_by_move%%'")
        (name,) = cursor.fetchone()
        # A deferred constraint that still waits would forbid the change of the table.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f'ALTER TABLE programs_entry DISABLE TRIGGER "{name}"')
        for write in QUIET:
            with rolled_back():
                write(entry)
                seen += without_record(entry)
        cursor.execute(f'ALTER TABLE programs_entry ENABLE TRIGGER "{name}"')
    figure("control: quiet writes seen without the trigger", seen, wanted=f"{len(QUIET)}")
    assert seen == len(QUIET)


# ── separation of hands ──
@pytest.mark.django_db
def test_nobody_decides_in_their_own_matter(figure):
    """S1: the subject is refused in every move of every state, whatever post they hold."""
    stage = build(full=False)
    refused = 0
    account = factories.user("本人", member=stage.entry.member)
    for (role, place), actor in stage.people.items():
        if actor.post is None:
            continue
        own = factories.post(role, stage.places[place], account)
        for state, desk, move in itertools.product(
            State.values, ("unit", "district", "city"), stage.entry.call.workflow.moves
        ):
            if expected(move, state, desk, role, place, move.through) is None:
                continue
            with rolled_back():
                stage.put(state, desk)
                with pytest.raises(Refused, match="本人"):
                    make_move(stage.entry.pk, move.name, by=own, note="理由", through=move.through)
                refused += 1
    figure("own-matter moves refused", refused, wanted="all")
    assert refused > 20


@pytest.mark.django_db
def test_one_person_is_not_two_hands(figure):
    """S2: whoever handed in may not review, also not by a plain insert beside the code."""
    world = factories.world()
    call = factories.call(world["officer"])
    entry = factories.submitted(world["a1.chair"], call)
    double = factories.post("officer", world["a"], world["a1.chair"].user)
    for name in ("forward", "return", "refuse"):
        with pytest.raises(Refused, match="另一个身份"):
            make_move(entry.pk, name, by=double, note="理由")
    assert not Hand.objects.filter(entry=entry, hand__startswith="desk").exists()
    stopped = 0
    for statement in (
        "INSERT INTO programs_hand (entry_id, person, hand) VALUES (%s, %s, 'desk:1')",
        "UPDATE programs_hand SET hand = 'desk:1' WHERE entry_id = %s AND person = %s",
        "DELETE FROM programs_hand WHERE entry_id = %s AND person = %s",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [entry.pk, double.person])
        stopped += 1
    figure("second hands by plain SQL stopped", stopped, wanted="3")
    make_move(entry.pk, "forward", by=world["a.officer"])
