"""Places as data of the edition: worked out, frozen, split below, returned and issued again; the sums always hold."""

import random

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Sum

from portal.core.models import Record
from portal.kit import days
from portal.kit.refusal import Refused
from portal.registry.actions.figures import report
from programs import checks
from programs.actions import calls, quotas
from programs.actions.moves import make_move
from programs.models import Call, Cap, Category, Pot, Quota
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(world):
    return world["officer"]


def edition(officer, lines: list[dict], by_hand: dict | None = None, publish: bool = True, **scheme) -> Call:
    """A call whose places come from ``lines`` (amounts keyed 0, 1 for its two prizes)."""
    call = factories.call(officer, publish=False, places=None)
    keys = [one.key for one in call.categories.all()]
    made = [{**line, "amounts": {keys[n]: text for n, text in ({1: "1"} | line["amounts"]).items()}} for line in lines]
    quotas.set_scheme(officer, call.pk, {"lines": made, **scheme})
    if by_hand:
        quotas.set_places(officer, call.pk, {}, *by_hand)
    if publish:
        calls.publish_call(officer, call.pk)
    return Call.objects.get(pk=call.pk)


def places(call: Call, prize: int = 0) -> dict[str, int]:
    rows = Quota.objects.filter(category=list(call.categories.all())[prize])
    return dict(rows.values_list("organization__name", "places"))


def quota(call: Call, unit, prize: int = 0) -> Quota:
    return Quota.objects.get(category=list(call.categories.all())[prize], organization=unit)


def settle() -> None:
    """What a commit would do: the sums are looked at now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


BY_KIND = [{"kind": "district", "amounts": {0: "3", 1: "1"}}, {"kind": "university", "amounts": {0: "2"}}]


# worked out and frozen -----------------------------------------------------------------


def test_places_come_from_the_scheme_and_say_from_which_figure(world, officer):
    report(officer, world["u"].pk, days.today(), 1240, 800)
    today = days.short_date(days.today())
    call = edition(
        officer,
        [{"kind": "university", "band": "不满1000", "amounts": {0: "2"}},
         {"kind": "university", "band": "满1000", "amounts": {0: "3"}}],
    )  # fmt: skip
    assert places(call) == {"测试大学工会": 3, "另一大学工会": 2}
    row = quota(call, world["u"])
    assert (row.figure, row.source) == (1240, "rule")
    assert row.sentence == f"教职工 1,240 人（{today}的数），按“满 1,000 人”档 3 个"
    report(officer, world["u"].pk, days.today(), 500, 300)
    assert quota(call, world["u"]).places == 3, "frozen with the figure of the day it was published"
    entry = factories.draft(world["u.chair"], call)
    found = {one.rule: one for one in checks.findings(entry)}
    assert found["quota_kept"].figure == "1 / 3"
    assert f"教职工 1,240 人（{today}的数），按“满 1,000 人”档 3 个" in found["quota_kept"].sentence


def test_places_follow_the_figures_until_publication(world, officer):
    call = edition(officer, [{"basis": "women", "amounts": {0: "1%"}}], publish=False)
    assert places(call)["测试大学工会"] == 4
    report(officer, world["u"].pk, days.today(), 700, 600)
    calls.publish_call(officer, call.pk)
    assert places(call)["测试大学工会"] == 6


def test_members_are_counted_over_the_whole_branch(world, officer):
    for school in ("a1", "a2"):
        for _n in range(6):
            factories.member(world[school])
    call = edition(officer, [{"kind": "district", "basis": "members", "amounts": {0: "25%"}}])
    assert places(call)["甲区教育工会"] == 3


def test_an_undefined_boundary_is_refused_when_it_is_set_up(world, officer):
    call = factories.call(officer, publish=False, places=None)
    key = call.categories.first().key
    lines = [{"kind": "university", "band": text, "amounts": {key: "1"}} for text in ("1000以下", "1000以上")]
    with pytest.raises(Refused, match="没说含不含 1,000"):
        quotas.set_scheme(officer, call.pk, {"lines": lines})
    lines[0]["band"], lines[1]["band"] = "不满1000", "超过1000"
    with pytest.raises(Refused, match="正好 1,000 人的哪一档都不算"):
        quotas.set_scheme(officer, call.pk, {"lines": lines})
    assert Call.objects.get(pk=call.pk).rules == {}
    lines[1]["band"] = "满1000"
    quotas.set_scheme(officer, call.pk, {"lines": lines})
    assert places(call)["测试大学工会"] == 1


def test_a_hand_set_exception_needs_its_reason(world, officer):
    call = edition(officer, BY_KIND, publish=False)
    first = call.categories.first()
    with pytest.raises(Refused, match="按规则是 2 个，单独定成 4 个"):
        quotas.set_places(officer, call.pk, {}, {world["u"].pk: {first.pk: 4}})
    quotas.set_places(officer, call.pk, {}, {world["u"].pk: {first.pk: 4}}, {world["u"].pk: "承办竞赛"})
    row = quota(call, world["u"])
    assert (row.places, row.source, row.reason) == (4, "hand", "承办竞赛")
    quotas.set_places(officer, call.pk, {}, {world["u"].pk: {first.pk: 2}})
    assert quota(call, world["u"]).source == "rule", "the same number is no exception"


def test_the_next_edition_takes_over_the_scheme_and_the_exceptions(world, officer):
    old = edition(officer, BY_KIND, publish=False)
    quotas.set_places(officer, old.pk, {}, {world["u"].pk: {old.categories.first().pk: 4}}, {world["u"].pk: "承办"})
    new = factories.call(officer, publish=False, places=None)
    assert new.rules == Call.objects.get(pk=old.pk).rules
    assert places(new) == places(old)
    assert quota(new, world["u"]).reason == "承办"


# pot and cap -----------------------------------------------------------------------------


def test_a_pot_is_shared_and_ends_for_all(world, officer):
    call = edition(officer, [{"kind": "university", "amounts": {0: "池2"}}, {"kind": "district", "amounts": {0: "1"}}])
    assert Pot.objects.get(category__call=call).places == 2
    for _n in range(2):
        factories.submitted(world["u.chair"], call)
    other = factories.draft(world["v.chair"], call)
    with pytest.raises(Refused, match="3 个"):
        make_move(other.pk, "submit", by=world["v.chair"])
    assert make_move(factories.submitted(world["a1.chair"], call).pk, "forward", by=world["a.officer"])


def test_the_cap_counts_over_all_prizes(world, officer):
    call = edition(officer, [{"kind": "university", "amounts": {0: "2", 1: "2"}, "cap": 3}])
    assert Cap.objects.get(call=call, organization=world["u"]).places == 3
    first, second = call.categories.all()
    for category in (first, first, second):
        factories.submitted(world["u.chair"], call, category=category)
    fourth = factories.draft(world["u.chair"], call, category=second)
    with pytest.raises(Refused, match="各奖项合计最多 3 个，含这一件是 4 个，多 1 个"):
        make_move(fourth.pk, "submit", by=world["u.chair"])


# wandering ---------------------------------------------------------------------------------


def test_a_district_splits_its_places_and_a_school_sees_why(world, officer):
    call = edition(officer, BY_KIND)
    row = quotas.share_out(world["a.officer"], quota(call, world["a"]).pk, {world["a1"].pk: 2, world["a2"].pk: 1})
    assert (row.places, row.given, row.left) == (3, 3, 0)
    factories.submitted(world["a2.chair"], call)
    second = factories.draft(world["a2.chair"], call)
    found = {one.rule: one for one in checks.findings(second)}
    assert (found["share_kept"].figure, found["share_kept"].level) == ("2 / 1", "stop")
    with pytest.raises(Refused, match="分给甲区第二小学工会 1 个，含这一件是 2 个"):
        make_move(second.pk, "submit", by=world["a2.chair"])
    quotas.share_out(world["a.officer"], row.pk, {world["a1"].pk: 1})
    assert make_move(second.pk, "submit", by=world["a2.chair"]).desk == world["a"], "out of what the district kept"
    settle()


def test_more_than_there_is_and_less_than_was_used_are_refused(world, officer):
    call = edition(officer, BY_KIND)
    row = quota(call, world["a"])
    with pytest.raises(Refused, match="一共 3 个，分出去 4 个，多 1 个"):
        quotas.share_out(world["a.officer"], row.pk, {world["a1"].pk: 3, world["a2"].pk: 1})
    quotas.share_out(world["a.officer"], row.pk, {world["a1"].pk: 2})
    factories.submitted(world["a1.chair"], call)
    with pytest.raises(Refused, match="已经用了 1 个，不能只分 0 个"):
        quotas.share_out(world["a.officer"], row.pk, {world["a1"].pk: 0})
    with pytest.raises(Refused, match="自己下面的单位"):
        quotas.share_out(world["a.officer"], row.pk, {world["b1"].pk: 1})
    for stranger in ("b.officer", "a1.chair", "officer"):
        with pytest.raises(Refused, match="自己分"):
            quotas.share_out(world[stranger], row.pk, {world["a1"].pk: 1})
    assert not Record.objects.filter(act="quota.share", change__shares={}).exists()


def test_unused_places_go_back_and_are_issued_again(world, officer):
    call = edition(officer, BY_KIND)
    first = call.categories.first()
    factories.submitted(world["u.chair"], call)
    with pytest.raises(Refused, match="没用的有 1 个"):
        quotas.give_back(world["u.chair"], quota(call, world["u"]).pk, 2, "没有合适人选")
    quotas.give_back(world["u.chair"], quota(call, world["u"]).pk, 1, "没有合适人选")
    with pytest.raises(Refused, match="退回来的有 1 个"):
        quotas.reissue(officer, first.pk, world["v"], 2, "补给")
    quotas.reissue(officer, first.pk, world["v"], 1, "候选人多")
    assert places(call) == {"甲区教育工会": 3, "乙区教育工会": 3, "测试大学工会": 1, "另一大学工会": 3}
    assert quota(call, world["v"]).reason == "补给 1 个：候选人多"
    settle()
    acts = list(Record.objects.about(call).filter(act__startswith="quota.").values_list("act", "note"))
    assert sorted(acts) == [("quota.reissue", "候选人多"), ("quota.return", "没有合适人选")]


def test_a_school_returns_to_its_district(world, officer):
    call = edition(officer, BY_KIND)
    quotas.share_out(world["a.officer"], quota(call, world["a"]).pk, {world["a1"].pk: 2})
    quotas.give_back(world["a1.chair"], quota(call, world["a1"]).pk, 1, "只有一位")
    assert (quota(call, world["a"]).left, quota(call, world["a1"]).places) == (2, 1)
    assert Category.objects.get(pk=call.categories.first().pk).returned == 0
    settle()


@pytest.mark.parametrize("seed", range(3))
def test_places_are_conserved_whatever_units_do(world, officer, seed):
    """Random splitting, returning and re-issuing: after every act the sum is what was issued, or nothing happened."""
    call, dice = edition(officer, BY_KIND), random.Random(seed)
    category = call.categories.first()
    issued = category.issued
    done = {"share": 0, "back": 0, "again": 0}
    for _step in range(40):
        act = dice.choice(list(done))
        try:
            with transaction.atomic():
                if act == "share":
                    key = dice.choice(["a", "b"])
                    schools = {"a": ["a1", "a2"], "b": ["b1"]}[key]
                    wanted = {world[one].pk: dice.randint(0, 3) for one in schools}
                    quotas.share_out(world[f"{key}.officer"], quota(call, world[key]).pk, wanted)
                elif act == "back":
                    key = dice.choice(["a", "b", "u", "v", "a1", "b1"])
                    who = world[f"{key}.officer"] if key in "ab" else world[f"{key}.chair"]
                    quotas.give_back(who, quota(call, world[key]).pk, dice.randint(1, 2), "多了")
                else:
                    quotas.reissue(officer, category.pk, world[dice.choice("abuv")], dice.randint(1, 2), "补")
        except (Refused, Quota.DoesNotExist):
            continue
        done[act] += 1
        settle()
        category.refresh_from_db()
        own = Quota.objects.filter(category=category, above__isnull=True).aggregate(n=Sum("places"))["n"]
        assert own + category.returned == category.issued == issued
        for row in Quota.objects.filter(category=category):
            assert row.given == sum(row.shares.values_list("places", flat=True)) <= row.places
    assert all(done.values()), done


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE programs_quota SET places = places + 1 WHERE id = {district}",
        "UPDATE programs_quota SET given = given + 1 WHERE id = {district}",
        "UPDATE programs_quota SET places = places - 1 WHERE id = {school}",
        "DELETE FROM programs_quota WHERE id = {school}",
        "UPDATE programs_category SET returned = 1 WHERE id = {category}",
    ],
)
def test_the_database_itself_finds_a_place_that_came_from_nowhere(world, officer, sql):
    call = edition(officer, BY_KIND)
    quotas.share_out(world["a.officer"], quota(call, world["a"]).pk, {world["a1"].pk: 2})
    settle()
    ids = {"district": quota(call, world["a"]).pk, "school": quota(call, world["a1"]).pk,
           "category": call.categories.first().pk}  # fmt: skip
    with pytest.raises(DatabaseError, match="add up"):
        by_hand(sql.format(**ids))


def by_hand(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
        settle()


def test_a_pot_and_a_draft_do_not_wander(world, officer):
    draft = edition(officer, BY_KIND, publish=False)
    with pytest.raises(Refused, match="还没有发布"):
        quotas.share_out(world["a.officer"], quota(draft, world["a"]).pk, {world["a1"].pk: 1})
    call = edition(officer, [{"amounts": {0: "池3"}}])
    with pytest.raises(Refused, match="合用"):
        quotas.give_back(world["u.chair"], quota(call, world["u"]).pk, 1, "不用")
