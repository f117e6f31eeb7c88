"""The tree changes: renamed, moved, merged, dissolved, with what goes along, what stays and what is in the way."""

import datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from portal.accounts.models import Post
from portal.core.models import Record
from portal.kit import days
from portal.kit.gather import gather
from portal.kit.refusal import Refused
from portal.registry.actions import changes
from portal.registry.actions.members import add_member
from portal.registry.actions.organizations import create_organization
from portal.registry.carrying import Asked, carriers, links_to
from portal.registry.models import Member, Organization, OrganizationChange
from portal.registry.queries import history
from programs.actions.moves import make_move
from programs.actions.quotas import share_out
from programs.models import Entry, Quota
from programs.queries.entries import unit_name
from tests import factories

pytestmark = pytest.mark.django_db
WHY = ("合并办学", "沪教工〔2026〕7号")


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = "optional"


def today() -> datetime.date:
    return days.today()


def ask(kind: str, unit: Organization, other: Organization | None = None, ago: int = 0) -> Asked:
    return Asked(kind, unit, today() - datetime.timedelta(days=ago), other)


# ── completeness ──


def test_every_link_to_a_union_is_carried_or_stays():
    named = {link for one in carriers() for link in one.links} | set(gather("carry", "STAYS"))
    assert links_to(Organization) - named == set(), "say in carry.py what becomes of it when its union is merged"
    assert named - links_to(Organization) - links_to(Member) == set(), "named, but there is no such link"


# ── rename ──


def test_a_renamed_union_keeps_its_old_name_on_old_papers(world):
    officer, unit = world["officer"], world["u"]
    call = factories.call(officer)
    old, fresh = factories.submitted(world["u.chair"], call), factories.submitted(world["u.chair"], call)
    make_move(old.pk, "refuse", by=officer, note="条件不符")
    days_ago = today() - datetime.timedelta(days=5)
    Entry.objects.filter(pk=old.pk).update(submitted_at=days.now() - datetime.timedelta(days=60))
    changes.rename(officer, unit, days_ago, "新名大学工会", "新名大学", *WHY)
    old, fresh = (Entry.objects.select_related("organization").get(pk=one.pk) for one in (old, fresh))
    assert (unit_name(old), unit_name(fresh)) == ("测试大学工会", "新名大学工会")
    unit.refresh_from_db()
    assert history.name_on(unit, days_ago - datetime.timedelta(days=1)) == "测试大学工会"
    assert history.name_on(unit, days_ago) == unit.name == "新名大学工会"


def test_a_name_changes_only_with_its_history(world):
    """The database holds it, whatever the code does. Control: with the line of history the same statement passes."""
    unit = world["u"]
    for change in ("name = 'x'", "parent_id = parent_id + 1", "active = false"):
        with pytest.raises(DatabaseError, match="history"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE registry_organization SET {change} WHERE id = %s", [unit.pk])
    OrganizationChange.objects.create(
        organization=unit, kind="rename", on=today(), old_name=unit.name, new_name="x", reason="对照"
    )
    Organization.objects.filter(pk=unit.pk).update(name="x")
    with pytest.raises(DatabaseError), transaction.atomic():
        OrganizationChange.objects.filter(organization=unit).update(reason="改写")


# ── merge ──


def test_a_merger_carries_members_posts_entries_and_places(world):
    officer, school, heir = world["officer"], world["u"], world["v"]
    call = factories.call(officer, places=3)
    person = factories.member(school, "在会的人")
    retired = factories.member(school, "退休的人")
    Member.objects.filter(pk=retired.pk).update(active=False)
    retired.memberships.update(left_on=today(), left_by="retire")
    draft, waiting = factories.draft(world["u.chair"], call), factories.submitted(world["u.chair"], call)
    settled = factories.submitted(world["u.chair"], call)
    make_move(settled.pk, "refuse", by=officer, note="条件不符")
    found = changes.plan(ask("merge", school, heir, ago=3))
    counts = {one.key: load.count for one, load in found.loads if load.count}
    members, places = Member.objects.filter(organization=school).count(), call.categories.count()
    assert counts == {"members": members, "posts": 2, "entries": 2, "places": places}
    change = changes.change_tree(officer, found.asked, *WHY, shown=found.digest)
    school.refresh_from_db()
    assert (school.active, change.carried["members"]) == (False, members)
    assert not Member.objects.filter(organization=school).exists()
    stays = list(person.memberships.order_by("joined_on", "id").values_list("organization", "left_by", "joined_by"))
    assert stays == [(school.pk, "transfer", "join"), (heir.pk, "", "transfer")]
    assert retired.memberships.get().organization_id == school.pk, "history stays where it was"
    for entry in (draft, waiting):
        entry.refresh_from_db()
        assert entry.organization_id == heir.pk
    assert (draft.desk_id, waiting.desk_id) == (heir.pk, world["city"].pk), "it lies where it lay"
    settled.refresh_from_db()
    assert settled.organization_id == school.pk
    place = call.categories.first()
    assert {q.organization_id: q.places for q in Quota.objects.filter(category=place)}[heir.pk] == 6
    adds_up()
    chair = world["u.chair"].user
    assert [str(post) for post in chair.posts.current()] == ["另一大学工会 · 工会主席"]
    assert Record.objects.filter(act="organization.merge", target_id=school.pk).count() == 1
    assert Record.objects.filter(act="member.transfer", change__by="merge").count() == members


def test_a_closed_union_takes_nothing_in(world):
    """By the actions with their reason, by plain writes with the database's. Control: the open heir takes it."""
    officer, school, heir = world["officer"], world["u"], world["v"]
    call = factories.call(officer)
    chair = world["u.chair"]
    changes.change_tree(officer, ask("merge", school, heir), *WHY)
    school.refresh_from_db()
    chair.post.organization = school
    with pytest.raises(Refused, match="已经停用"):
        factories.draft(chair, call, person=factories.member(heir))
    for refused in (
        lambda unit: add_member(officer, unit, today(), name="某", document_number=factories.resident_id(77)),
        lambda unit: Post.objects.create(user=chair.user, role="clerk", organization=unit, since=today()),
        lambda unit: create_organization(officer, unit, "department", "", name="某部门工会"),
    ):
        with pytest.raises((DatabaseError, Refused)), transaction.atomic():
            refused(school)
        refused(heir)
    with pytest.raises(DatabaseError, match="closed"), transaction.atomic():
        Member.objects.filter(organization=heir).update(organization=school)
    with pytest.raises(DatabaseError), transaction.atomic():
        Organization.objects.filter(pk=school.pk).update(active=True)


def test_what_was_shown_is_what_is_done(world):
    """Somebody joins between the page and the press: the act is refused and shows the new figures."""
    found = changes.plan(ask("merge", world["u"], world["v"]))
    factories.member(world["u"])
    with pytest.raises(Refused, match="刚有变化"):
        changes.change_tree(world["officer"], found.asked, *WHY, shown=found.digest)
    assert Organization.objects.get(pk=world["u"].pk).active


def test_the_level_below_follows_and_twice_the_same_name_is_in_the_way(world):
    officer, old, heir = world["officer"], world["a"], world["b"]
    twin = factories.organization("grassroots", world["a1"].name, heir)
    with pytest.raises(Refused, match="两边都有叫“甲区第一中学工会”的"):
        changes.change_tree(officer, ask("merge", old, heir), *WHY)
    changes.rename(officer, twin, today(), "乙区第三中学工会", "", *WHY)
    changes.change_tree(officer, ask("merge", old, heir), *WHY)
    assert set(Organization.objects.filter(parent=heir).values_list("name", flat=True)) >= {"甲区第一中学工会"}
    assert history.parent_on(Organization.objects.get(pk=world["a1"].pk), today()) == heir
    yesterday = today() - datetime.timedelta(days=1)
    assert [one.pk for one in history.route_on(world["a1"], yesterday)] == [world[k].pk for k in ("city", "a", "a1")]
    officer_of_a = world["a.officer"].user
    assert not officer_of_a.posts.current().exists(), "a post that a security administrator grants does not go along"
    assert history.forerunners(heir) == [old.pk]


@pytest.mark.parametrize(
    ("kind", "unit", "other", "why"),
    [
        ("merge", "a1", "u", "类别要相同"),
        ("merge", "a", "a", "就是它自己"),
        ("move", "a1", "a", "上级已经是"),
        ("move", "u", "a", "不能放在"),
        ("dissolve", "city", None, "只能改名"),
    ],
)
def test_what_makes_no_sense_is_refused(world, kind, unit, other, why):
    with pytest.raises(Refused, match=why):
        changes.change_tree(world["officer"], ask(kind, world[unit], world[other] if other else None), *WHY)


def test_neither_tomorrow_nor_before_the_last_change(world):
    officer, unit = world["officer"], world["u"]
    with pytest.raises(Refused, match="还没到"):
        changes.rename(officer, unit, today() + datetime.timedelta(days=1), "新", "", *WHY)
    changes.rename(officer, unit, today(), "新名大学工会", "", *WHY)
    with pytest.raises(Refused, match="要晚于那一天"):
        changes.change_tree(officer, ask("merge", unit, world["v"], ago=9), *WHY)


# ── move, dissolve ──


def test_a_moved_school_takes_its_entries_to_the_new_desk(world):
    officer, school = world["officer"], world["a1"]
    waiting = factories.submitted(world["a1.chair"], factories.call(officer))
    assert waiting.desk == world["a"]
    changes.change_tree(officer, ask("move", school, world["b"]), *WHY)
    waiting.refresh_from_db()
    assert waiting.desk == world["b"]
    assert Entry.objects.visible_to(world["b.officer"]).filter(pk=waiting.pk).exists()
    assert not Entry.objects.visible_to(world["a.officer"]).filter(pk=waiting.pk).exists()
    make_move(waiting.pk, "forward", by=world["b.officer"])


def test_a_share_goes_back_to_the_level_that_gave_it(world):
    officer, school = world["officer"], world["a1"]
    call = factories.call(officer, places=3)
    quota = Quota.objects.filter(organization=world["a"], category__call=call).first()
    share_out(world["a.officer"], quota.pk, {school.pk: 2})
    factories.submitted(world["a1.chair"], call, category=quota.category)
    changes.change_tree(officer, ask("move", school, world["b"]), *WHY)
    quota.refresh_from_db()
    assert (quota.places, quota.given) == (3, 1), "the one in use stays with who gave it"
    assert Quota.objects.get(organization=school, category=quota.category).places == 1
    adds_up()


def adds_up() -> None:
    """The triggers that wait for the end of the transaction have nothing to say."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_district_call_that_is_under_way_holds_the_school(world):
    entry = factories.submitted(world["a1.chair"], factories.call(world["a.officer"]))
    with pytest.raises(Refused, match="还有 1 件没办完，移走就到不了那里"):
        changes.change_tree(world["officer"], ask("move", world["a1"], world["b"]), *WHY)
    make_move(entry.pk, "refuse", by=world["a.officer"], note="条件不符")
    changes.change_tree(world["officer"], ask("move", world["a1"], world["b"]), *WHY)


def test_dissolving_waits_for_open_entries_and_ends_memberships(world):
    officer, school = world["a.officer"], world["a2"]
    person, call = factories.member(school), factories.call(world["officer"])
    entry = factories.draft(factories.post("clerk", school), call)
    with pytest.raises(Refused, match="还有 1 件没办完"):
        changes.change_tree(officer, ask("dissolve", school), *WHY)
    make_move(factories_submit(entry, school).pk, "refuse", by=officer, note="撤销单位")
    changes.change_tree(officer, ask("dissolve", school), *WHY)
    person.refresh_from_db()
    assert (person.active, person.memberships.get().left_by) == (False, "leave")


def factories_submit(entry: Entry, unit: Organization) -> Entry:
    return make_move(entry.pk, "submit", by=factories.post("chair", unit))


# ── pages ──


def url(name: str, *args) -> str:
    return reverse(f"registry:{name}", args=args)


def test_the_page_shows_what_goes_along_before_it_is_done(world, sign_in):
    client, school = sign_in(world["a.officer"]), world["a1"]
    factories.member(school)
    path = url("organization_change", school.pk, "merge")
    assert client.get(path).status_code == 200
    data = {"other": world["a2"].pk, "on": today().isoformat(), "reason": WHY[0], "document": WHY[1]}
    asked = client.post(path, data)
    page = asked.content.decode()
    assert asked.status_code == 200
    assert "会带走什么" in page
    assert Organization.objects.get(pk=school.pk).active, "looking does nothing"
    done = client.post(path, {**data, "seen": asked.context["plan"].digest})
    assert done.url == url("organization", world["a2"].pk)
    gone = client.get(url("organization", school.pk)).content.decode()
    assert "并入" in gone and WHY[1] in gone and "停用" in gone
    assert client.get(path).status_code == 404, "a closed union is not changed again"
    assert client.get(url("organization_edit", school.pk)).status_code == 404
    found = client.get(url("find"), {"q": "甲区第一中学"}).content.decode()
    assert school.name in found


def test_pages_of_renaming_history_and_a_new_union(world, sign_in):
    client, school = sign_in(world["a.officer"]), world["a1"]
    data = {"name": "甲区新名中学工会", "on": today().isoformat(), "reason": "更名", "document": "甲教工〔2026〕1号"}
    wrong = client.post(url("organization_change", school.pk, "rename"), {**data, "on": "2099-01-01"})
    assert wrong.status_code == 422
    assert client.post(url("organization_change", school.pk, "rename"), data).status_code == 302
    page = client.get(url("organization_history", school.pk), {"on": "2020-01-01"}).content.decode()
    assert "甲区第一中学工会" in page and "甲区教育工会" in page
    assert "2024-09-01 这样的日期" in client.get(url("organization_history", school.pk), {"on": "x"}).content.decode()
    assert "甲区新名中学工会" in client.get(url("find"), {"q": "甲区第一中学"}).content.decode()
    new = {"upper": world["a"].pk, "kind": "grassroots", "name": "甲区第五中学工会", "sector": "basic",
           "head_count": 12, "women_count": 8}  # fmt: skip
    made = client.post(url("organization_new"), new)
    assert made.status_code == 302
    unit = Organization.objects.get(name="甲区第五中学工会")
    assert (unit.parent, unit.code[0]) == (world["a"], "Z")
    assert client.post(url("organization_new"), new).status_code == 422
    assert client.post(url("organization_new"), {**new, "name": "x", "kind": "university"}).status_code == 422


def test_who_may_change_what(world, sign_in):
    """One's own union is changed by the level above; foreign ones do not exist."""
    client = sign_in(world["a.officer"])
    for key in ("a", "b1", "u", "city"):
        assert client.get(url("organization_change", world[key].pk, "merge")).status_code == 404, key
    assert client.get(url("organization_change", world["a1"].pk, "explode")).status_code == 404
    assert sign_in(world["a1.chair"]).get(url("organization_change", world["a1"].pk, "rename")).status_code == 404
