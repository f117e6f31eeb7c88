"""Two people found to be one: what they are recommended for counts as one person's (R8)."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from portal.kit import days
from portal.kit.refusal import Refused
from portal.registry.actions import duplicates as actions
from portal.registry.models import Duplicate, MemberMerge
from programs import checks
from programs.actions.moves import make_move
from programs.carry import MERGES
from programs.models import Entry
from programs.queries.entries import claim_of
from programs.spec import State
from tests import factories

pytestmark = pytest.mark.django_db
BORN = datetime.date(1981, 2, 3)


@pytest.fixture
def officer(world):
    return world["officer"]


@pytest.fixture
def twins(world):
    return [factories.member(world[key], "顾静怡", birth_date=BORN) for key in ("u", "v")]


def pair(officer) -> Duplicate:
    actions.find(officer)
    return Duplicate.objects.get()


def merged(officer, twins, keep: int = 0) -> MemberMerge:
    return actions.merge(officer, pair(officer).pk, twins[keep].pk, set(), "本人确认")


def claims() -> list[str]:
    return list(Entry.objects.order_by("pk").values_list("claim", flat=True))


def finding(entry: Entry, move: str = ""):
    entry = Entry.objects.get(pk=entry.pk)
    return next(one for one in checks.findings(entry, move) if one.rule == "one_entry")


def both(world, twins, **params) -> tuple[Entry, Entry]:
    """Each of the two recommended by their own union, the second one a day later."""
    call = factories.call(world["officer"], **params)
    first = factories.submitted(world["u.chair"], call, person=twins[0])
    with days.at(days.now() + datetime.timedelta(days=1)):
        return first, factories.submitted(world["v.chair"], call, person=twins[1])


@pytest.mark.parametrize("keep", [0, 1])
def test_two_entries_of_now_one_person_clash_until_one_is_withdrawn(world, officer, twins, keep):
    first, second = both(world, twins)
    assert finding(first).level == "good", "control: of two people they do not"
    merged(officer, twins, keep)
    assert Entry.objects.filter(member=twins[keep]).count() == 2
    claim = claim_of(Entry.objects.get(pk=first.pk))
    assert claims() == [claim, f"{claim}*{second.pk}"], "the one handed in first holds it, whoever stays"
    for one, other in ((first, "另一大学"), (second, "测试大学")):
        assert (finding(one).level, other in finding(one).sentence) == ("stop", True)
        with pytest.raises(Refused, match="只报一项"):
            make_move(one.pk, "propose", by=officer)
    make_move(first.pk, "withdraw", by=world["u.chair"], note="两家都报了，留另一家")
    assert make_move(second.pk, "propose", by=officer).state == State.SHORTLIST


def test_a_third_entry_of_that_person_is_refused_at_the_door(world, officer, twins):
    first, _second = both(world, twins)
    merged(officer, twins)
    third = factories.draft(world["a1.chair"], first.call, person=twins[0])
    with pytest.raises(Refused, match="只报一项"):
        make_move(third.pk, "submit", by=world["a1.chair"])


def test_editions_that_share_a_word_clash_too(world, officer, twins):
    one, two = (factories.call(officer, one_entry_with="三八2027") for _n in range(2))
    first = factories.submitted(world["u.chair"], one, person=twins[0])
    second = factories.submitted(world["v.chair"], two, person=twins[1])
    merged(officer, twins)
    assert one.title in finding(second).sentence
    assert two.title in finding(first).sentence


def test_nothing_clashes_where_only_one_of_them_is_recommended(world, officer, twins):
    entry = factories.submitted(world["v.chair"], factories.call(officer), person=twins[1])
    merged(officer, twins)
    entry.refresh_from_db()
    assert (entry.member_id, entry.claim) == (twins[0].pk, claim_of(entry))
    assert finding(entry).level == "good"


def test_the_way_back_gives_everybody_their_own_claim(world, officer, twins):
    both(world, twins)
    before = claims()
    done = merged(officer, twins, keep=1)
    actions.undo(officer, done.pk, "看错了，是两个人")
    assert claims() == before
    assert len(set(before)) == 2


def test_control_without_rewriting_the_claim_the_merged_persons_entries_do_not_meet(world, officer, twins, monkeypatch):
    """Re-pointing the rows alone leaves a claim in the name of somebody who is no more."""
    monkeypatch.setattr(actions, "merges", lambda: [one for one in MERGES if one.move is None])
    _first, second = both(world, twins)
    merged(officer, twins)
    Entry.objects.filter(pk=second.pk).update(member=twins[0])
    assert claims()[1] != claim_of(Entry.objects.get(pk=second.pk))
    with pytest.raises(IntegrityError, match="entry_claim_once"), transaction.atomic():
        Entry.objects.filter(pk=second.pk).update(claim=claims()[0])


def test_the_page_says_it_before_anybody_merges(world, officer, twins, sign_in, settings):
    settings.STAFF_SECOND_FACTOR = "optional"
    page = reverse("registry:duplicate", args=[pair(officer).pk])
    client = sign_in(officer)
    assert "合并以前先看一眼" not in client.get(page).content.decode()
    first, _second = both(world, twins)
    html = client.get(page).content.decode()
    assert f"都报了“{first.call.title}”" in html
    assert "测试大学工会的" in html and "另一大学工会的" in html
