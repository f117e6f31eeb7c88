"""Two registrations of one person: found by rule, decided by somebody, made one, taken back; never asked twice."""

import datetime
import json

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.accounts.models import User
from portal.core.models import Record
from portal.kit import days
from portal.kit.gather import gather
from portal.kit.refusal import Refused
from portal.registry.actions import duplicates as actions
from portal.registry.carrying import links_to
from portal.registry.merging import merges, needs_a_hand
from portal.registry.models import Duplicate, Member, MemberMerge, Membership
from programs.actions.moves import make_move
from programs.models import Entry
from tests import factories
from tests.registry.rosters import person as row
from tests.registry.rosters import send, workbook

pytestmark = pytest.mark.django_db
BORN = datetime.date(1981, 2, 3)


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = "optional"


def twins(world, one="a1", two="a2", **values) -> tuple[Member, Member]:
    values = {"name": "顾静怡", "birth_date": BORN, **values}
    return factories.member(world[one], **values), factories.member(world[two], **{**values, "phone": ""})


def pair_of(one: Member, two: Member) -> Duplicate:
    return Duplicate.objects.get(first=min(one, two, key=lambda m: m.pk), second=max(one, two, key=lambda m: m.pk))


def merged(world, one: Member, two: Member, taken=()) -> MemberMerge:
    actions.find(world["officer"])
    return actions.merge(world["officer"], pair_of(one, two).pk, one.pk, set(taken), "本人确认，旧证换新证")


# ── completeness ──


def test_every_link_to_a_person_moves_or_stays():
    named = {one.link for one in merges()} | set(gather("carry", "STAYS"))
    assert links_to(Member) - named == set(), "say in carry.py what becomes of it when its person is merged"


def test_a_table_with_one_row_per_person_says_how_it_is_merged():
    assert [one.link for one in merges() if needs_a_hand(one.link) and not (one.move and one.back)] == []
    assert needs_a_hand("accounts.User.member"), "control: the test sees a table that allows one row"
    assert not needs_a_hand("programs.Entry.member")


# ── found ──


def test_pairs_are_found_by_rule_once(world):
    same_birth = twins(world)
    phone = [factories.member(world["u"], phone="13911112222") for _n in range(2)]
    unit = [
        factories.member(world["v"], "陆海峰", birth_date=BORN, hired_on=BORN),
        factories.member(world["v"], "鹿海峰", hired_on=BORN),
    ]
    for n in range(9):
        factories.member(world["u"], phone="02155550000"), factories.member(world["b1"], f"不像{n}")
    actions.find(world["officer"])
    found = {(pair.first_id, pair.second_id): pair.rules for pair in Duplicate.objects.all()}
    assert found[tuple(sorted(m.pk for m in same_birth))] == ["birth"]
    assert found[tuple(sorted(m.pk for m in phone))] == ["phone"]
    assert found[tuple(sorted(m.pk for m in unit))] == ["unit"]
    assert len(found) == 3, "nine people with the office's number are not alike"
    actions.find(world["officer"])
    assert Duplicate.objects.count() == 3
    Member.objects.filter(pk=phone[0].pk).update(phone_index="")
    actions.find(world["officer"])
    assert Duplicate.objects.filter(verdict="open").count() == 2, "what is not alike any more leaves the queue"


def test_the_search_is_one_statement_however_many_people(world):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            actions.find(world["officer"])
        return len(queries)

    few = cost()
    for _n in range(30):
        twins(world)
    assert cost() == few


def test_two_people_stay_two(world):
    one, two = twins(world)
    actions.find(world["officer"])
    actions.keep_apart(world["officer"], pair_of(one, two).pk, "两人都在，同名同日生")
    actions.find(world["officer"])
    pair = pair_of(one, two)
    assert (pair.verdict, pair.reason) == ("different", "两人都在，同名同日生")
    with pytest.raises(Refused, match="定过是两个人"):
        actions.point_out(world["officer"], two, one)
    with pytest.raises(Refused, match="刚有人定过"):
        actions.merge(world["officer"], pair.pk, one.pk, set(), "再试")
    with pytest.raises(IntegrityError), transaction.atomic():
        Duplicate.objects.create(first=two, second=one, seen_at=days.now())


# ── made one ──


def test_everything_goes_to_the_survivor_and_comes_back(world):
    one, two = twins(world, "u", "v", phone="13911110000")
    call = factories.call(world["officer"])
    entry = factories.submitted(world["v.chair"], call, person=two)
    account = factories.user("顾静怡", two)
    number = two.document_number
    before = {m.pk: Member.objects.filter(pk=m.pk).values().get() for m in (one, two)}
    done = merged(world, one, two, taken={"document_number", "organization", "title"})
    one.refresh_from_db(), two.refresh_from_db(), entry.refresh_from_db(), account.refresh_from_db()
    assert (two.active, two.merged_into_id, one.document_number) == (False, one.pk, number)
    assert (one.organization, one.phone) == (world["v"], "13911110000")
    assert (entry.member_id, account.member_id) == (one.pk, one.pk)
    assert Membership.objects.filter(member=one, left_on__isnull=True).get().organization == world["v"]
    assert not Membership.objects.filter(member=two).exists()
    assert number not in json.dumps(done.moved)
    assert Record.objects.filter(act="member.merge", target_id=one.pk).exists()
    actions.undo(world["officer"], done.pk, "看错了，是两个人")
    after = {m.pk: Member.objects.filter(pk=m.pk).values().get() for m in (one, two)}
    for pk, values in before.items():
        changed = {k for k, v in values.items() if after[pk][k] != v}
        assert changed <= {"version", "updated_at"}, changed
    entry.refresh_from_db(), account.refresh_from_db()
    assert (entry.member_id, account.member_id) == (two.pk, two.pk)
    stays = set(Membership.objects.filter(left_on__isnull=True).values_list("member", "organization"))
    assert {(one.pk, world["u"].pk), (two.pk, world["v"].pk)} <= stays
    assert pair_of(one, two).verdict == "open"


def test_what_somebody_changed_since_is_not_given_back(world):
    one, two = twins(world, title="一级教师")
    Member.objects.filter(pk=two.pk).update(title="高级教师")
    done = merged(world, one, two, taken={"title"})
    Member.objects.filter(pk=one.pk).update(title="正高级教师")
    actions.undo(world["officer"], done.pk, "看错了")
    one.refresh_from_db()
    assert one.title == "正高级教师"


def test_two_accounts_become_one_with_the_posts_of_both(world):
    one, two = twins(world, "u", "v")
    mine, theirs = factories.user("顾静怡", one), factories.user("顾静怡二", two)
    factories.post("chair", world["u"], mine), factories.post("clerk", world["v"], theirs)
    done = merged(world, one, two)
    theirs.refresh_from_db()
    assert (theirs.is_active, theirs.member) == (False, None)
    assert mine.posts.current().count() == 2
    actions.undo(world["officer"], done.pk, "看错了")
    theirs.refresh_from_db()
    assert (theirs.is_active, theirs.member_id, theirs.posts.current().count()) == (True, two.pk, 1)


def test_posts_that_no_one_person_may_hold_are_in_the_way(world):
    one, two = twins(world, "u", "v")
    factories.post("auditor", world["city"], factories.user("甲", one))
    factories.post("chair", world["v"], factories.user("乙", two))
    actions.find(world["officer"])
    with pytest.raises(Refused, match="岗位不能合在一个人身上"):
        actions.merge(world["officer"], pair_of(one, two).pk, one.pk, set(), "本人确认")
    assert Member.objects.get(pk=two.pk).merged_into is None, "nothing was done"


def test_the_hands_of_the_merged_are_the_survivors_hands(world):
    """S2 counts people: who submitted as the one does not decide as the other. Control: unmerged they may."""
    one, two = twins(world, "a", "a1")
    chair = factories.post("chair", world["a1"], factories.user("乙", two))
    officer = factories.post("officer", world["a"], factories.user("甲", one))
    call = factories.call(world["officer"])
    entry, other = factories.submitted(chair, call), factories.submitted(chair, call)
    make_move(other.pk, "forward", by=officer)
    merged(world, one, two)
    officer.user.refresh_from_db()
    with pytest.raises(Refused, match="另一个身份"):
        make_move(entry.pk, "forward", by=officer)
    assert Entry.objects.get(pk=entry.pk).desk == world["a"]


# ── where the merged one is met again ──


def test_old_links_and_numbers_lead_to_the_survivor(world, sign_in):
    one, two = twins(world)
    number = two.document_number
    merged(world, one, two)
    client = sign_in(world["a.officer"])
    assert client.get(reverse("registry:member", args=[two.pk])).url == reverse("registry:member", args=[one.pk])
    assert client.post(reverse("registry:member_find"), {"number": number}).url.endswith(f"/{one.pk}/")
    stranger = sign_in(world["b.officer"])
    assert stranger.get(reverse("registry:member", args=[two.pk])).status_code == 404
    listed = sign_in(world["a.officer"]).get(reverse("registry:members"), {"view": "all"}).content.decode()
    assert listed.count("顾静怡") == 1 or listed.count(f"/members/{two.pk}/") == 0


def test_a_roster_that_still_has_the_old_number_says_so(world):
    one = factories.member(world["a1"], "王一甲", birth_date=BORN)
    two = factories.member(
        world["a1"], "王一甲", birth_date=BORN, document_number=factories.resident_id(0, "f", "19790203")
    )
    merged(world, one, two)
    batch = send(world["a1.chair"], workbook([row(0, world["a1"])]))
    assert "已并成另一个人" in json.loads(batch.rows.get().payload)["problems"][0][2]


# ── pages ──


def test_the_queue_shows_pairs_of_ones_own_tree(world, sign_in):
    inside, across = twins(world), twins(world, "a1", "b1", name="陆海峰")
    actions.find(world["officer"])
    page = sign_in(world["a.officer"]).get(reverse("registry:duplicates")).content.decode()
    assert "顾静怡" in page and "陆海峰" not in page
    client = sign_in(world["a.officer"])
    assert client.get(reverse("registry:duplicate", args=[pair_of(*across).pk])).status_code == 404
    assert client.get(reverse("registry:duplicate", args=[pair_of(*inside).pk])).status_code == 200
    assert "陆海峰" in sign_in(world["officer"]).get(reverse("registry:duplicates")).content.decode()


def test_the_two_side_by_side_and_the_way_back(world, sign_in):
    one, two = twins(world, phone="13911110000")
    actions.find(world["officer"])
    pair, client = pair_of(one, two), sign_in(world["a.officer"])
    path = reverse("registry:duplicate", args=[pair.pk])
    page = client.get(path).content.decode()
    assert "13911110000" not in page and one.document_number not in page, "protected values are masked"
    data = {"keep": "first", "reason": "本人确认"}
    assert client.post(path, data).status_code == 422, "every difference is chosen"
    differing = [line.name for line in client.get(path).context["form"].lines if line.differs]
    data |= {f"f-{name}": "first" for name in differing}
    assert client.post(path, data).url == reverse("registry:member", args=[one.pk])
    page = client.get(reverse("registry:member", args=[one.pk])).content.decode()
    assert "并过来的登记" in page
    done = MemberMerge.objects.get()
    back = reverse("registry:merge_undo", args=[done.pk])
    assert client.post(back, {"reason": "看错了"}).status_code == 302
    assert Member.objects.get(pk=two.pk).active
    MemberMerge.objects.filter(pk=done.pk).update(undone_at=None, at=days.now() - datetime.timedelta(days=61))
    assert "不能再撤回" in client.post(back, {"reason": "看错了"}).content.decode()


def test_a_pair_is_pointed_out_by_the_other_number(world, sign_in):
    one, two = factories.member(world["a1"]), factories.member(world["a2"])
    client = sign_in(world["a.officer"])
    path = reverse("registry:member_alike", args=[one.pk])
    assert client.post(path, {"number": "x"}).status_code == 422
    found = client.post(path, {"number": two.document_number})
    assert found.url == reverse("registry:duplicate", args=[pair_of(one, two).pk])
    assert pair_of(one, two).rules == ["hand"]
    assert User.objects.count()
