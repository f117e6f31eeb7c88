"""Pages of unions and members over HTTP: found, shown, masked, changed, refused; lists of constant cost."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.core.models import Record
from portal.registry.actions.organizations import update_organization
from portal.registry.models import Member, Membership, Organization
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = "optional"


def url(name: str, *args) -> str:
    return reverse(f"registry:{name}", args=args)


def text(response) -> str:
    return response.content.decode()


def cost(client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


# ── unions ──


def test_the_unit_page_opens_the_tree_at_the_unit(world, sign_in):
    client = sign_in(world["officer"])
    factories.member(world["a1"])
    page = text(client.get(url("organization", world["a1"].pk)))
    assert 'aria-current="page">甲区第一中学工会' in page
    assert "区教育工会 2 家" in page
    assert "甲区第二小学工会" in page, "the branch on the way is open"
    assert "乙区第一中学工会" not in page, "other branches are fetched when they open"
    assert client.get(url("home")).url == url("organization", world["city"].pk)
    branch = text(client.get(url("branch", world["b"].pk)))
    assert "乙区第一中学工会" in branch
    group = text(client.get(url("branch", world["city"].pk) + "?kind=university"))
    assert "测试大学工会" in group
    assert client.get(url("branch", world["city"].pk) + "?kind=x").status_code == 404


def test_the_tree_of_a_district_ends_at_the_district(world, sign_in):
    client = sign_in(world["a.officer"])
    page = text(client.get(url("organization", world["a1"].pk)))
    assert url("organization", world["city"].pk) not in page
    assert url("organization", world["a"].pk) in page
    for other in ("city", "b", "b1", "u"):
        assert client.get(url("organization", world[other].pk)).status_code == 404
        assert client.get(url("branch", world[other].pk)).status_code == 404


def test_counts_on_the_tree_include_what_is_below(world, sign_in):
    for key, count in (("a1", 3), ("a2", 2), ("u", 1)):
        for _n in range(count):
            factories.member(world[key])
    page = text(sign_in(world["officer"]).get(url("organization", world["a"].pk)))
    assert '<span class="num">5</span>' in page
    assert "含下级 5" in page


def test_units_are_found_by_name_code_and_initials(world, sign_in):
    client = sign_in(world["officer"])
    for wanted in ("第一中学", world["a1"].code, "jqdy"):
        assert "甲区第一中学工会" in text(client.get(url("find"), {"q": wanted})), wanted
    assert "没有“外星”的" in text(client.get(url("find"), {"q": "外星"}))
    assert "乙区" not in text(sign_in(world["a.officer"]).get(url("find"), {"q": "第一中学"}))


def test_a_term_that_ends_warns_in_working_days(world, sign_in):
    client, unit = sign_in(world["officer"]), world["a1"]
    today = datetime.date.today()  # noqa: DTZ011
    for until, words in (
        (today + datetime.timedelta(days=40), "还剩"),
        (today - datetime.timedelta(days=70), "已经 2 个月"),
    ):
        update_organization(world["officer"], unit.pk, unit.version, term_until=until)
        unit.refresh_from_db()
        assert words in text(client.get(url("organization", unit.pk)))
    assert "甲区第一中学工会" in text(client.get(url("organizations") + "?view=late"))


def form_of(unit: Organization, **values) -> dict:
    data = {"name": unit.name, "sector": unit.sector, "head_count": 120, "women_count": 80, "version": unit.version}
    return {**data, "short_name": "", "area": "", "uscc": "", "phone": "", "term_from": "", "term_until": "", **values}


def test_a_unit_changes_its_own_data_and_nobody_elses(world, sign_in):
    client, unit = sign_in(world["a1.chair"]), world["a1"]
    path = url("organization_edit", unit.pk)
    refused = client.post(
        path, form_of(unit, women_count=130, uscc="123", term_from="2026-01-01", term_until="2025-01-01")
    )
    page = text(refused)
    assert refused.status_code == 422
    for words in ("女教职工 130，比教职工 120 多 10", "要 18 位，现在 3 位", "要晚于本届起"):
        assert words in page
    assert client.post(path, form_of(unit, phone="021-60000000", kind="city", parent=world["b"].pk)).status_code == 302
    unit.refresh_from_db()
    assert (unit.phone, unit.kind, unit.parent, unit.version) == ("021-60000000", "grassroots", world["a"], 2)
    stale = client.post(path, form_of(unit, version=1))
    assert stale.status_code == 422
    assert "刚有人改过" in text(stale)
    assert client.get(url("organization_edit", world["a2"].pk)).status_code == 404
    assert sign_in(world["a.officer"]).get(path).status_code == 200
    assert sign_in(world["a2.chair"]).get(path).status_code == 404


def test_a_code_that_is_taken_is_said_at_its_field(world, sign_in):
    client, unit = sign_in(world["officer"]), world["a1"]
    update_organization(world["officer"], world["a2"].pk, 1, uscc="81310112MC47002136")
    answer = client.post(url("organization_edit", unit.pk), form_of(unit, uscc="81310112MC47002136"))
    assert "这个代码已经是甲区第二小学工会的" in text(answer)


# ── members ──


def test_the_roster_is_searched_and_filtered(world, sign_in):
    factories.member(world["a1"], "曾乐", title="高级教师", politics="none")
    factories.member(world["a1"], "方心宜", sex="m")
    factories.member(world["b1"], "曾别处")
    client = sign_in(world["a.officer"])
    for query, there, not_there in (
        ("q=曾", "曾乐", "方心宜"), ("q=zeng", "曾乐", "方心宜"), ("q=fxy", "方心宜", "曾乐"),
        ("politics=none", "曾乐", "方心宜"), ("sex=m", "方心宜", "曾乐"), ("view=women", "曾乐", "方心宜"),
        ("unit=甲区教育工会", "曾乐", "曾别处"), ("unit=第一中学", "曾乐", "曾别处"),
    ):  # fmt: skip
        page = text(client.get(f"{url('members')}?{query}"))
        assert there in page, query
        assert not_there not in page, query


def test_somebody_is_found_by_document_through_a_post(world, sign_in):
    person = factories.member(world["a1"], "方心宜")
    client = sign_in(world["a.officer"])
    assert client.post(url("member_find"), {"number": f" {person.document_number} "}).url == url("member", person.pk)
    stranger = factories.member(world["u"])
    answer = client.post(url("member_find"), {"number": stranger.document_number})
    assert answer.status_code == 422
    assert "没有这个证件号" in text(answer)
    records = Record.objects.filter(act="member.find")
    assert records.count() == 2
    assert all(person.document_number not in f"{one.note}{one.change}{one.target_name}" for one in records)


def test_a_persons_page_masks_what_is_protected(world, sign_in):
    person = factories.member(world["a1"], "方心宜", phone="13812345210", card_number="6222000000000371")
    page = text(sign_in(world["a1.chair"]).get(url("member", person.pk)))
    assert "138****5210" in page
    for secret in (person.document_number, "13812345210", "6222000000000371"):
        assert secret not in page
    assert url("member_plain", person.pk, "phone") in page
    clerk = factories.post("clerk", world["a1"])
    page = text(sign_in(clerk).get(url("member", person.pk)))
    assert "看完整" not in page, "a clerk has no right to the plain value"
    assert sign_in(clerk).get(url("member_plain", person.pk, "phone")).status_code == 404
    assert sign_in(world["u.chair"]).get(url("member", person.pk)).status_code == 404


def test_a_plain_view_needs_a_purpose_and_leaves_a_record(world, sign_in):
    person = factories.member(world["a1"], "方心宜", phone="13812345210")
    client, path = sign_in(world["a1.chair"]), url("member_plain", person.pk, "phone")
    assert "13812345210" not in text(client.get(path))
    for data in ({}, {"why": "other", "purpose": "看"}):
        refused = client.post(path, data)
        assert refused.status_code == 422
        assert "13812345210" not in text(refused)
    assert not Record.objects.filter(act="member.plain").exists()
    shown = client.post(path, {"why": "核对申报材料", "purpose": "三八红旗手"})
    assert "13812345210" in text(shown)
    assert "no-store" in shown.headers["Cache-Control"]
    record = Record.objects.get(act="member.plain")
    assert (record.note, record.change) == ("核对申报材料：三八红旗手", {"field": "phone"})
    assert "核对申报材料：三八红旗手" in text(client.get(url("member", person.pk)))
    for field in ("version", "name", "organization", "nothing"):
        assert client.get(url("member_plain", person.pk, field)).status_code == 404


def test_a_teacher_sees_the_own_page_and_who_looked(world, sign_in):
    teacher = world["teacher"]
    client = sign_in(teacher)
    assert client.get(url("members")).url == url("member", teacher.member_id)
    page = client.get(url("member", teacher.member_id))
    assert page.status_code == 200
    assert "看过遮住内容的人" in text(page)
    assert "转会…" not in text(page)
    other = factories.member(world["u"])
    assert client.get(url("member", other.pk)).status_code == 404


NEW = {
    "name": "陆敏", "document": "resident", "document_number": "", "personnel": "staff", "rank": "none",
    "joined_on": "2026-01-05",
}  # fmt: skip


def test_registering_a_person(world, sign_in):
    client, number = sign_in(world["a1.chair"]), factories.resident_id(9, "f", "19910103")
    data = {**NEW, "unit": world["a1"].pk, "document_number": number}
    wrong = client.post(url("member_add"), {**data, "document_number": number[:-1], "phone": "138"})
    assert wrong.status_code == 422
    assert "要 18 位，现在 17 位" in text(wrong)
    assert "手机号要 11 位，现在 3 位" in text(wrong)
    assert "和证件号里的不一样" in text(client.post(url("member_add"), {**data, "birth_date": "1990-01-03"}))
    answer = client.post(url("member_add"), data)
    person = Member.objects.get(name="陆敏")
    assert answer.url == url("member", person.pk)
    assert (person.sex, person.birth_date.isoformat(), person.organization) == ("f", "1991-01-03", world["a1"])
    assert "已经登记过" in text(client.post(url("member_add"), data))
    foreign = client.post(url("member_add"), {**data, "unit": world["a2"].pk})
    assert foreign.status_code == 422


def test_changing_a_person_keeps_numbers_that_are_left_blank(world, sign_in):
    person = factories.member(world["a1"], "方心宜", phone="13812345210")
    client, path = sign_in(world["a1.chair"]), url("member_edit", person.pk)
    assert "13812345210" not in text(client.get(path))
    data = {
        "name": "方心怡",
        "sex": "f",
        "rank": "none",
        "personnel": "staff",
        "version": 1,
        "birth_date": "1985-06-15",
    }
    assert client.post(path, {**data, "phone": "", "organization": world["u"].pk}).status_code == 302
    person.refresh_from_db()
    assert (person.name, person.phone, person.organization, person.pinyin) == (
        "方心怡", "13812345210", world["a1"], "fang xin yi",
    )  # fmt: skip
    assert "刚有人改过" in text(client.post(path, data))


def test_transfer_and_end_of_membership(world, sign_in):
    person = factories.member(world["a1"], "方心宜")
    client = sign_in(world["a.officer"])
    day = {"on": "2026-03-01"}
    assert client.post(url("member_transfer", person.pk), {**day, "to": world["u"].pk}).status_code == 422
    assert "已经在" in text(client.post(url("member_transfer", person.pk), {**day, "to": world["a1"].pk}))
    assert client.post(url("member_transfer", person.pk), {**day, "to": world["a2"].pk}).status_code == 302
    assert Membership.objects.get(member=person, left_on__isnull=True).organization == world["a2"]
    assert client.post(url("member_end", person.pk), {"on": "2199-01-01", "how": "retire"}).status_code == 422
    assert client.post(url("member_end", person.pk), {**day, "how": "retire"}).status_code == 302
    page = text(client.get(url("member", person.pk)))
    assert "不在会" in page
    assert "退休 甲区第二小学工会" in page


# ── cost ──


def test_lists_cost_the_same_for_one_row_and_for_many(world, sign_in):
    client = sign_in(world["a.officer"])
    factories.member(world["a1"], phone="13812345210")
    paths = (url("members"), url("organizations"), url("organization", world["a"].pk), url("imports"))
    cols = "?cols=document&cols=phone&cols=unit&cols=name"
    few = [cost(client, path) for path in (*paths, url("members") + cols)]
    for n in range(30):
        factories.member(world["a1"], phone="13812345210")
        factories.organization("grassroots", f"甲区第{n}学校工会", world["a"])
    many = [cost(client, path) for path in (*paths, url("members") + cols)]
    assert many == few
    assert max(many) <= 25


def test_lists_leave_as_sheets(world, sign_in):
    factories.member(world["a1"], "方心宜")
    answer = sign_in(world["a.officer"]).get(url("members") + "?export=xlsx&personal=no")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].endswith("sheet")
    assert Record.objects.filter(act="list.export").count() == 1
