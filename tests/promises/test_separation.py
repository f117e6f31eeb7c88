"""P-SOD1, P-SOD2, P-SOD6: nobody in their own matter, one person one pair of hands, no two of the keys in one hand.

Generated from the workflow's table, and once more past the service layer with plain SQL.
"""

import datetime
import random
import threading
from collections.abc import Callable, Iterator

import pgtrigger
import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from portal.accounts import actions
from portal.accounts.models import ALONE, DualAct, Post, User
from portal.core.actor import Actor
from portal.core.models import Message, Record
from portal.kit import days
from portal.kit.refusal import Refused
from programs.actions.moves import make_move
from programs.models import Decision, Entry, Hand
from programs.spec import At, Duty, Move
from programs.workflows import WORKFLOWS
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
NUMBER = factories.resident_id(7, birth="19760707")
#: The steps that somebody decides, with the state of an entry in which each can be taken.
STEPS = [(flow.name, move.name) for flow in WORKFLOWS.values() for move in flow.moves if move.hand]


@pytest.fixture
def call(world):
    return factories.call(world["officer"])


def twin(account: User, number: str = "") -> User:
    """A second account of the same person."""
    made = factories.user(account.name, document_index=account.document_index)
    User.objects.filter(pk=made.pk).update(document_index=account.document_index or number)
    made.refresh_from_db()
    return made


def known(account: User) -> User:
    """An account whose holder's document number was taken down."""
    User.objects.filter(pk=account.pk).update(document_index=f"{account.pk:064d}")
    account.refresh_from_db()
    return account


def as_role(account: User, role: str, org) -> Actor:
    """The account in another post, as after a change of office."""
    account.refresh_from_db()
    return factories.post(role, org, account)


def raw_hand(entry: Entry, user: User, hand: str) -> None:
    """Past every service: what somebody with a database prompt would type."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO programs_hand (entry_id, user_id, hand) VALUES (%s, %s, %s)", [entry.pk, user.pk, hand]
        )


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


# ── two officers (S6, S7, S8) ──
@pytest.fixture
def second(world) -> Actor:
    world["security"].user.refresh_from_db()
    return factories.post("security", world["city"])


def test_a_staff_post_takes_two_people(world, second):
    first, somebody = world["security"], factories.user("新人")
    with pytest.raises(Refused, match="两位安全管理员"):
        actions.grant_post(first, somebody, "officer", world["a"], TODAY())
    act = actions.ask_post(first, somebody, "officer", world["a"], TODAY(), note="任命")
    assert not Post.objects.filter(user=somebody).exists()
    with pytest.raises(Refused, match="另一位"):
        actions.answer(first, act.pk, True)
    with pytest.raises(Refused, match="由安全管理员办"):
        actions.answer(world["officer"], act.pk, True)
    actions.answer(second, act.pk, True)
    post = Post.objects.get(user=somebody)
    assert (post.granted_by, post.confirmed_by) == (first.user, second.user)
    with pytest.raises(Refused, match="已办"):
        actions.answer(second, act.pk, True)


def test_the_second_officer_s_other_account_is_no_second_officer(world, second):
    known(world["security"].user)
    fake = twin(world["security"].user)
    with pgtrigger.ignore("accounts.Post:two_officers"):
        post = Post.objects.create(user=fake, role="security", organization=world["city"], since=TODAY())
    act = actions.ask_post(world["security"], factories.user(), "officer", world["a"], TODAY())
    with pytest.raises(Refused, match="另一位"):
        actions.answer(Actor(fake, post), act.pk, True)
    with pytest.raises(IntegrityError, match="three people"), transaction.atomic():
        DualAct.objects.filter(pk=act.pk).update(state="done", answered_by=fake)


@pytest.mark.parametrize("role", ["officer", "leader", "supervisor", "auditor", "system", "security", "log"])
def test_the_database_takes_no_staff_post_of_one_hand(world, second, role):
    city, somebody, first = world["city"], known(factories.user()), known(world["security"].user)
    wrong = [
        {}, {"granted_by": first}, {"granted_by": first, "confirmed_by": first},
        {"granted_by": first, "confirmed_by": world["officer"].user},
        {"granted_by": world["officer"].user, "confirmed_by": second.user},
        {"granted_by": first, "confirmed_by": twin(first)},
        {"granted_by": first, "emergency": True},
        {"granted_by": first, "emergency": True, "until": TODAY() + datetime.timedelta(days=2)},
    ]  # fmt: skip
    for hands in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            Post.objects.create(user=somebody, role=role, organization=city, since=TODAY(), **hands)
    unit = Post.objects.create(user=somebody, role="chair", organization=world["a1"], since=TODAY(), granted_by=first)
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.filter(pk=unit.pk).update(role=role, organization=city)
    Post.objects.filter(pk=unit.pk).delete()
    Post.objects.create(
        user=somebody, role=role, organization=city, since=TODAY(), granted_by=first, confirmed_by=second.user
    )


def test_break_glass_ends_tomorrow_and_sets_off_the_alarm(world, second):
    somebody = factories.user("值班的人")
    with pytest.raises(Refused, match="等不到"):
        actions.grant_in_emergency(world["security"], somebody, "officer", world["a"], " ")
    post = actions.grant_in_emergency(world["security"], somebody, "officer", world["a"], "系统故障，另一位在飞机上")
    assert post.until == days.today() + datetime.timedelta(days=1)
    told = set(Message.objects.filter(subject__startswith="紧急授予").values_list("user", flat=True))
    assert told == {world["log"].user.pk, world["auditor"].user.pk}
    assert Record.objects.get(act="post.emergency").note.startswith("系统故障")
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.filter(pk=post.pk).update(until=None)


# ── P-SOD6 ──
ROLES = ("chair", "officer", "leader", *ALONE)


class Grants(RuleBasedStateMachine):
    """Grants, revocations, transfers and discovered second accounts in any order, by services and by SQL alike."""

    steps, accounts, place, officers = 0, [], None, []

    def __init__(self) -> None:
        super().__init__()
        self.point = transaction.savepoint()

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.point)

    def attempt(self, act: Callable[[], object]) -> None:
        type(self).steps += 1
        try:
            with transaction.atomic():
                act()
        except (IntegrityError, Refused):
            pass

    @rule(n=st.integers(0, 3), role=st.sampled_from(ROLES), start=st.integers(0, 20), length=st.integers(0, 20))
    def grant(self, n: int, role: str, start: int, length: int) -> None:
        since = TODAY() + datetime.timedelta(days=start)
        until = since + datetime.timedelta(days=length) if length else None
        hands = {"granted_by": self.officers[0], "confirmed_by": self.officers[1]}
        self.attempt(
            lambda: Post.objects.create(
                user=self.accounts[n], role=role, organization=self.place, since=since, until=until, **hands
            )
        )

    @rule(n=st.integers(0, 3), day=st.integers(0, 20))
    def revoke(self, n: int, day: int) -> None:
        held = Post.objects.filter(user=self.accounts[n]).order_by("pk").first()
        if held:
            until = max(held.since, TODAY() + datetime.timedelta(days=day))
            self.attempt(lambda: Post.objects.filter(pk=held.pk).update(until=until))

    @rule(a=st.integers(0, 3), b=st.integers(0, 3))
    def transfer(self, a: int, b: int) -> None:
        held = Post.objects.filter(user=self.accounts[a]).order_by("-pk").first()
        if held:
            self.attempt(lambda: Post.objects.filter(pk=held.pk).update(user=self.accounts[b]))

    @rule(a=st.integers(0, 3), b=st.integers(0, 3))
    def found_to_be_one_person(self, a: int, b: int) -> None:
        index = f"{self.accounts[a].pk:064d}"
        self.attempt(lambda: User.objects.filter(pk=self.accounts[a].pk).update(document_index=index))
        self.attempt(lambda: User.objects.filter(pk=self.accounts[b].pk).update(document_index=index))

    @invariant()
    def nobody_holds_two(self) -> None:
        assert clashes(self.accounts) == 0


def clashes(accounts: list[User]) -> int:
    """Pairs of posts that one person may not hold together: counted in Python, in other words than the trigger."""
    held = list(Post.objects.filter(user__in=accounts).select_related("user"))
    far = datetime.date.max
    return sum(
        a.user.person == b.user.person and a.role != b.role and (a.role in ALONE or b.role in ALONE)
        and a.since <= (b.until or far) and b.since <= (a.until or far)
        for i, a in enumerate(held) for b in held[i + 1 :]
    )  # fmt: skip


@pytest.fixture
def grants(world, second):
    Grants.steps, Grants.place = 0, world["city"]
    Grants.accounts = [factories.user() for _n in range(4)]
    Grants.officers = [world["security"].user, second.user]
    return Grants


def sequences(machine: type, full_size: bool) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=10_000 if full_size else 25, stateful_step_count=8, deadline=None, database=None,
            suppress_health_check=list(HealthCheck), derandomize=True, phases=[Phase.generate],
        ),
    )  # fmt: skip


@pytest.mark.promise("P-SOD6")
def test_no_order_of_grants_puts_two_keys_in_one_hand(grants, figure, full_size):
    sequences(grants, full_size)
    figure("grants, revocations, transfers, joined accounts", grants.steps, wanted="10,000 sequences")
    figure("people with two of the separated roles", 0, wanted="0")
    assert grants.steps > 50


@pytest.mark.promise("P-SOD6")
def test_the_control_without_the_triggers_it_happens(grants, figure):
    with (
        pgtrigger.ignore("accounts.Post:alone", "accounts.Post:two_officers"),
        pytest.raises(AssertionError),
    ):
        sequences(grants, False)
    figure("control: found without the triggers", 1, wanted="1")


@pytest.mark.promise("P-SOD6")
@pytest.mark.django_db(transaction=True)
def test_two_racers_never_put_two_keys_in_one_hand(figure, full_size):
    """Two grants at once to two accounts of one person, and a grant while the accounts are joined."""
    world = factories.world()
    hands = {"granted_by": world["security"].user, "confirmed_by": factories.post("security", world["city"]).user}
    rounds, bad, rng = (200 if full_size else 8), 0, random.Random(1)
    for n in range(rounds):
        accounts = [factories.user(), factories.user()]
        index, join_first = f"{n:064d}", n % 2 == 0
        User.objects.filter(pk=accounts[0].pk).update(document_index=index)
        if join_first:
            User.objects.filter(pk=accounts[1].pk).update(document_index=index)
        roles = rng.sample(ALONE, 2)
        work = [lambda a=a, r=r: _grant(a, r, world["city"], hands) for a, r in zip(accounts, roles, strict=True)]
        if not join_first:
            work.append(lambda a=accounts[1], i=index: User.objects.filter(pk=a.pk).update(document_index=i))
        race(work)
        bad += clashes(accounts)
    figure("races of grants", rounds)
    figure("of these with two keys in one hand", bad, wanted="0")
    assert bad == 0


def _grant(account: User, role: str, place, hands: dict) -> None:
    Post.objects.create(user=account, role=role, organization=place, since=TODAY(), **hands)


def race(work: list[Callable[[], object]]) -> None:
    ready = threading.Barrier(len(work))

    def run(act: Callable[[], object]) -> None:
        try:
            ready.wait()
            act()
        except IntegrityError:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
