"""The list of unions through the import: the tree, its rules, and 3,300 rows with 40 planted errors."""

import json

import pytest
from django.db.models import Count

from portal.registry.actions.organizations import update_organization
from portal.registry.imports import batches
from portal.registry.models import ImportRow, Organization
from tests import factories
from tests.registry.rosters import commit, csv_file, send, undo, workbook

pytestmark = pytest.mark.django_db(transaction=True)
GOOD_USCC = "81310112MC47002136"


@pytest.fixture
def officer(world):
    return world["officer"]


def row(name: str, parent: str, kind: str = "基层工会", **values: str) -> dict[str, str]:
    return {"name": name, "parent": parent, "kind": kind, **values}


def sheet(rows) -> bytes:
    return workbook(rows, "organizations", "组织")


def problems(batch) -> dict[str, str]:
    found = {}
    for one in batch.rows.filter(verdict="wrong").order_by("number"):
        for cell, _value, reason, *_more in json.loads(one.payload)["problems"]:
            found[cell] = reason
    return found


def test_a_branch_comes_in_with_its_parents_above_it(world, officer):
    rows = [
        row("丙区教育工会", "市教育工会测试", "区教育工会", code="Q3", sector="中小幼"),
        row(
            "丙区一中工会",
            "丙区教育工会",
            head_count="120",
            women_count="80",
            term_from="2022-01-17",
            term_until="2027-01-16",
        ),
        row("语文组", "丙区一中工会", "工会小组"),
    ]
    batch = commit(officer, send(officer, sheet(rows), what="organizations"))
    assert batch.summary["written"] == 3
    group = Organization.objects.get(name="语文组")
    assert [one.name for one in group.route()] == ["市教育工会测试", "丙区教育工会", "丙区一中工会", "语文组"]
    school = group.parent
    assert school.code == f"Z{school.pk:06d}"
    assert (school.head_count, school.term_until.isoformat(), school.initials.split()[0][:3]) == (
        120,
        "2027-01-16",
        "bqy",
    )
    assert send(officer, sheet(rows), what="organizations").summary["same"] == 3


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_csv(world, officer, encoding):
    content = csv_file([row("丙区一中工会", "甲区教育工会")], encoding, "organizations")
    assert send(officer, content, "名单.csv", "organizations").summary["new"] == 1


def test_the_rules_of_the_tree_and_of_the_figures(world, officer):
    rows = [
        row("高中部", "甲区第一中学工会", "区教育工会"),
        row("丙工会", "没有这家"),
        row("丁工会", "甲区教育工会", head_count="10", women_count="11"),
        row("戊工会", "甲区教育工会", term_from="2027-01-01", term_until="2026-01-01"),
        row("己工会", "甲区教育工会", uscc="81310112MC4700213A"),
        row("庚工会", "甲区教育工会", uscc=GOOD_USCC),
        row("辛工会", "甲区教育工会", uscc=GOOD_USCC),
        row("庚工会", "甲区教育工会"),
        row("丁组", "丁工会", "工会小组"),
    ]
    batch = send(officer, sheet(rows), what="organizations")
    told = problems(batch)
    assert told["C2"] == "区教育工会不能放在“甲区第一中学工会”下面"
    assert told["D3"].startswith("你们下面没有叫这个名字的工会")
    assert told["J4"] == "女教职工 11，比教职工 10 多 1"
    assert "不晚于" in told["M5"]
    assert "校验码应是 6" in told["H6"]
    assert told["H8"] == "和 组织!7 重复"
    assert told["A9"] == "和 组织!7 重复"
    assert told["D10"] == "上级这一行（组织!4）自己有错"
    assert batch.summary["new"] == 1


def test_only_below_the_officers_own_union(world):
    mine = world["a.officer"]
    rows = [
        row("丙工会", "乙区教育工会"),
        row("丁工会", "甲区教育工会"),
        row("乙区第一中学工会", "甲区教育工会", code=world["b1"].code),
    ]
    batch = send(mine, sheet(rows), what="organizations")
    told = problems(batch)
    assert set(told) == {"D2", "B4"}
    assert told["B4"] == "已经是“别处的工会”的", "not even the name of the other district's union"
    with pytest.raises(Exception, match="不能导入"):
        send(world["a1.chair"], sheet(rows), what="organizations")


def test_changes_conflicts_and_the_way_back(world, officer):
    a1 = world["a1"]
    update_organization(officer, a1.pk, a1.version, phone="021-1")
    rows = [
        row(a1.name, "甲区教育工会", head_count="150", women_count="90"),
        row(world["a2"].name, "乙区教育工会", code=world["a2"].code),
    ]
    batch = send(officer, sheet(rows), what="organizations")
    assert (batch.summary["changed"], batch.summary["conflict"]) == (1, 1)
    conflict = batch.rows.get(verdict="conflict")
    assert "上级不同：门户里是甲区教育工会" in json.loads(conflict.payload)["conflicts"][0][0]
    batches.decide(officer, batch.pk, {conflict.pk: ImportRow.Decision.TAKE})
    batch = commit(officer, batch)
    a1.refresh_from_db()
    assert (a1.head_count, Organization.objects.get(pk=world["a2"].pk).parent) == (150, world["b"])
    batch, error = undo(officer, batch)
    a1.refresh_from_db()
    assert (error, a1.head_count, Organization.objects.get(pk=world["a2"].pk).parent) == ("", 120, world["a"])


def test_undo_is_refused_when_something_was_put_below(world, officer):
    batch = commit(officer, send(officer, sheet([row("丙工会", "甲区教育工会")]), what="organizations"))
    factories.organization("group", "语文组", Organization.objects.get(name="丙工会"))
    batch, error = undo(officer, batch)
    assert batch.state == "committed"
    assert "丙工会" in error
    assert Organization.objects.filter(name="语文组").exists()


# ── 3,300 unions with 40 errors ──

PLANTED = [
    ("name", ""), ("kind", "协会"), ("kind", ""), ("parent", ""), ("parent", "没有这家工会"),
    ("parent", "市教育工会测试"),
    ("sector", "大学"), ("uscc", "123"), ("uscc", "81310112MC4700213A"), ("uscc", "8131O112MC4700213X"),
    ("head_count", "一百"), ("head_count", "-5"), ("women_count", "9999"), ("term_from", "2022.2.30"),
    ("term_until", "明年"), ("term_until", "2020-01-01"), ("code", "C" * 21), ("short_name", "简" * 31),
    ("area", "片" * 31),
    ("phone", "0" * 31),
]  # fmt: skip


def big(count: int) -> tuple[list[dict[str, str]], dict[int, str]]:
    """``count`` schools, forty of them with one wrong cell each: (rows, row number -> column)."""
    rows = [
        row(
            f"第{n}学校工会", "甲区教育工会" if n % 2 else "乙区教育工会", code=f"S{n:05d}", sector="中小幼",
            area="第三片区", head_count=str(60 + n % 90), women_count=str(40 + n % 20),
            term_from="2022-01-17", term_until="2027-01-16",
        )
        for n in range(count)
    ]  # fmt: skip
    step = count // 41
    planted = {}
    for place in range(40):
        key, value = PLANTED[place % len(PLANTED)]
        index = (place + 1) * step
        rows[index][key] = value
        planted[index + 2] = key
    return rows, planted


LETTERS = dict(
    zip(
        [
            "name",
            "code",
            "kind",
            "parent",
            "short_name",
            "sector",
            "area",
            "uscc",
            "head_count",
            "women_count",
            "phone",
            "term_from",
            "term_until",
        ],
        "ABCDEFGHIJKLM",
        strict=True,
    )
)


def test_3300_unions_with_40_planted_errors_are_all_named(world, officer):
    rows, planted = big(3300)
    batch = send(officer, sheet(rows), what="organizations")
    found = {}
    for one in batch.rows.filter(verdict="wrong"):
        for cell, _value, reason, cure, *_more in json.loads(one.payload)["problems"]:
            found[f"{one.sheet}!{cell}"] = reason
            assert reason, cell
            assert cure, cell
    wanted = {"parent": "D", "kind": "C"}
    expected = {number: LETTERS[key] for number, key in planted.items()}
    for number, key in planted.items():
        if key == "parent" and rows[number - 2]["parent"] == "市教育工会测试":
            expected[number] = wanted["kind"]  # a school may not stand right below the city: told at its kind
    assert found.keys() == {f"组织!{letter}{number}" for number, letter in expected.items()}
    assert (batch.summary["wrong"], batch.summary["cells"], batch.summary["new"]) == (40, 40, 3260)
    before = Organization.objects.count()
    batch = commit(officer, batch)
    assert Organization.objects.count() == before + 3260
    twice = Organization.objects.values("parent", "name").annotate(n=Count("pk")).filter(n__gt=1)
    assert not twice.exists()
