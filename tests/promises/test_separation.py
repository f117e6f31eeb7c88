"""P-SOD1, P-SOD2: nobody in their own matter, one person one pair of hands.

Generated from the workflow's table, and once more past the service layer with plain SQL.
"""

import datetime
import threading
from collections.abc import Callable, Iterator

import pgtrigger
import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from portal.accounts import actions
from portal.accounts.models import Post, User
from portal.core.actor import Actor
from portal.core.models import Record
from portal.kit.refusal import Refused
from programs.actions.moves import make_move
from programs.models import Decision, Entry, Hand
from programs.spec import At, Duty, Move
from programs.workflows import WORKFLOWS
from tests import factories
from tests.promises.separation import as_role, known, raw_hand, twin

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
NUMBER = factories.resident_id(7, birth="19760707")
#: The steps that somebody decides, with the state of an entry in which each can be taken.
STEPS = [(flow.name, move.name) for flow in WORKFLOWS.values() for move in flow.moves if move.hand]


@pytest.fixture
def call(world):
    return factories.call(world["officer"])


# ── P-SOD1 ──
def parties(world, call) -> Iterator[tuple[str, Entry, Actor]]:
    """(what they are to the matter, the matter, who tries)."""
    city = world["city"]
    subject = factories.user("被推荐的人", factories.member(world["u"], "被推荐的人"))
    yield (
        "subject",
        factories.submitted(world["u.chair"], call, person=subject.member),
        as_role(subject, "officer", city),
    )
    again = factories.user("另一位被推荐的人", factories.member(world["v"], "另一位被推荐的人"))
    matter = factories.submitted(world["v.chair"], call, person=again.member)
    yield "second account", matter, as_role(twin(again), "officer", city)
    wife = factories.member(world["u"], "配偶")
    husband = factories.user("丈夫")
    actions.declare_kin(Actor(husband), "spouse", "配偶", wife.document_number)
    yield (
        "declared relative",
        factories.submitted(world["v.chair"], call, person=wife),
        as_role(husband, "officer", city),
    )
    child = factories.user("子女", factories.member(world["u"], "子女"))
    parent = factories.user("家长", factories.member(world["u"], "家长"))
    actions.declare_kin(Actor(child), "parent", "家长", parent.member.document_number)
    yield (
        "declared by the subject",
        factories.submitted(world["u.chair"], call, person=child.member),
        as_role(parent, "officer", city),
    )
    maker = world["u.clerk"]
    made = make_move(factories.draft(maker, call).pk, "submit", by=world["u.chair"])
    yield "creator", made, as_role(maker.user, "officer", city)
    entry = make_move(factories.draft(factories.post("clerk", world["u"], known(factories.user())), call).pk, "submit",
                      by=world["u.chair"])  # fmt: skip
    yield "creator's second account", entry, as_role(twin(entry.created_by), "officer", city)


def able(entry: Entry, move: Move, who: Actor, world) -> Actor:
    """The matter made ready for this step, and the person in a post that could take it: only S1 is left to refuse."""
    desk = {Duty.OWNER: entry.organization}.get(move.by, world["a"] if move.at is At.BELOW_OWNER else world["city"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('portal.move', %s, true)", [str(entry.pk)])
    Entry.objects.filter(pk=entry.pk).update(state=min(move.sources), desk=desk, came_from=desk)
    role = {Duty.OWNER: "chair", Duty.LEADER: "leader"}.get(move.by, "officer")
    user = User.objects.get(pk=who.user.pk)
    held = Post.objects.filter(user=user, role=role, organization=desk).first()
    return Actor(user, held) if held else factories.post(role, desk, user)


@pytest.mark.promise("P-SOD1")
def test_nobody_decides_in_their_own_matter(world, figure):
    call, tried, passed, otherwise, by_sql = factories.call(world["officer"], places=20), 0, [], [], []
    for what, entry, who in parties(world, call):
        for _flow, name in STEPS:
            move = call.workflow.move(name)
            if what.startswith("creator") and move.hand == "unit":
                continue
            tried += 1
            actor = able(entry, move, who, world)
            try:
                make_move(entry.pk, name, by=actor, note="理由", through=move.through)
                passed.append(f"{what}: {name}")
            except Refused as refusal:
                if "本人或亲属" not in str(refusal) and "你填起来的" not in str(refusal):
                    otherwise.append(f"{what}: {name}: {refusal}")
            try:
                with transaction.atomic():
                    raw_hand(entry, actor.user, "desk:1" if move.hand == "desk" else move.hand)
                by_sql.append(f"{what}: {name}")
            except IntegrityError:
                pass
    figure("steps × parties tried", tried, wanted=f"{len(STEPS)} steps × 6")
    figure("taken in one's own matter", len(passed), wanted="0")
    figure("refused for another reason than S1", len(otherwise), wanted="0")
    figure("written past the services with plain SQL", len(by_sql), wanted="0")
    assert tried > 60
    assert Record.objects.filter(act="entry.refused").count() == tried, "each refusal is recorded"
    assert (passed, otherwise, by_sql) == ([], [], [])


@pytest.mark.promise("P-SOD1")
def test_the_control_without_trigger_and_check_it_passes(world, call, figure, monkeypatch):
    subject = factories.user("被推荐的人", factories.member(world["u"], "被推荐的人"))
    entry = factories.submitted(world["u.chair"], call, person=subject.member)
    who = as_role(subject, "officer", world["city"])
    with pytest.raises(Refused, match="本人"):
        make_move(entry.pk, "refuse", by=who, note="x")
    monkeypatch.setattr("programs.duties.own_matter", lambda actor, entry: False)
    with pytest.raises(IntegrityError, match="own matter"), transaction.atomic():
        make_move(entry.pk, "refuse", by=who, note="x")
    with pgtrigger.ignore("programs.Hand:whose_hand"):
        Hand.objects.create(entry=entry, user=who.user, person="control", hand="desk")
    figure("control: taken in one's own matter with check and trigger off", 1, wanted="1")


def test_a_declaration_taken_back_still_holds_for_what_had_begun(world, call):
    wife = factories.member(world["u"], "配偶")
    husband = factories.user("丈夫")
    kin = actions.declare_kin(Actor(husband), "spouse", "配偶", wife.document_number)
    before = factories.submitted(world["u.chair"], call, person=wife)
    actions.end_kin(Actor(husband), kin.pk, "离婚")
    who = as_role(User.objects.get(pk=husband.pk), "officer", world["city"])
    with pytest.raises(Refused, match="亲属"):
        make_move(before.pk, "refuse", by=who, note="x")
    later = factories.submitted(world["u.chair"], factories.call(world["officer"]), person=wife)
    Entry.objects.filter(pk=later.pk).update(created_at=timezone.now() + datetime.timedelta(seconds=1))
    make_move(later.pk, "refuse", by=Actor(User.objects.get(pk=husband.pk), who.post), note="x")


# ── P-SOD2 ──
WAYS: dict[str, Callable[[User], User]] = {
    "same account": lambda account: account,
    "second account": twin,
    "role changed between the steps": lambda account: account,
}


@pytest.mark.promise("P-SOD2")
def test_one_person_is_one_pair_of_hands_by_any_way(world, call, figure):
    """Every pair of different hands × every way to come back as somebody else."""
    hands = sorted({"desk:1" if move.hand == "desk" else move.hand for move in call.workflow.moves if move.hand})
    hands += ["desk:2"]
    entry, tried, passed = factories.submitted(world["u.chair"], call), 0, []
    for first in hands:
        for second in (one for one in hands if one != first):
            for way, again in WAYS.items():
                person = known(factories.user())
                with transaction.atomic():
                    raw_hand(entry, person, first)
                    tried += 1
                    try:
                        with transaction.atomic():
                            raw_hand(entry, again(person), second)
                        passed.append(f"{first} → {second}: {way}")
                    except IntegrityError:
                        pass
                    transaction.set_rollback(True)
    figure("pairs of hands × ways, by plain SQL", tried, wanted=f"{len(hands) * (len(hands) - 1)} × {len(WAYS)}")
    figure("second hands that got through", len(passed), wanted="0")
    assert tried >= 36
    assert passed == []


@pytest.mark.promise("P-SOD2")
def test_the_control_without_the_trigger_a_second_account_is_somebody_else(world, call, figure):
    entry, person = factories.submitted(world["u.chair"], call), known(factories.user())
    with pgtrigger.ignore("programs.Hand:whose_hand"):
        for account in (person, twin(person)):
            Hand.objects.create(entry=entry, user=account, person=f"u{account.pk}", hand=f"desk:{account.pk}")
    figure("control: hands of one person without the trigger", 2, wanted="2")
    raw_hand(entry, known(factories.user()), "leader")
    assert Hand.objects.filter(entry=entry).count() == 4, "and another person is another hand"


@pytest.mark.promise("P-SOD2")
@pytest.mark.django_db(transaction=True)
def test_racers_with_two_accounts_get_one_hand(figure):
    world = factories.world()
    entry = factories.submitted(world["u.chair"], factories.call(world["officer"]))
    first = known(factories.user())
    accounts, through, ready = [first, twin(first)], [], threading.Barrier(20)

    def race(n: int) -> None:
        try:
            ready.wait()
            raw_hand(entry, accounts[n % 2], f"desk:{n}")
            through.append(n)
        except IntegrityError:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=race, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    figure("of 20 racers in two accounts of one person", len(through), wanted="1")
    assert len(through) == 1


def test_drafted_and_signed_by_two_accounts_of_one_person(world, call):

    first = known(factories.user())
    with pytest.raises(IntegrityError, match="one person"), transaction.atomic():
        Decision.objects.create(
            call=call, number="x", title="x", text="x", drafted_by=first, signed_by=twin(first),
            decided_on=TODAY(), state="signed",
        )  # fmt: skip
