"""A city's registry at full size, the same at every run. Districts' names are real, everything else is invented."""

import datetime
from itertools import islice, product

from django.db import connection

from portal.core import trail
from portal.core.actor import SYSTEM
from portal.kit import copying, days
from portal.registry import seed_people
from portal.registry.actions.organizations import fill_keys
from portal.registry.demo import AFFILIATED, DISTRICTS, SCHOOL_KINDS, SCHOOL_WORDS, UNIVERSITIES, VOCATIONAL
from portal.registry.models import Member, Membership, Organization

FIRST, SECOND = "文景安和新东华北南静春秋明清源长", "山海江河园林桥塘泾浜港湾溪泉岭峰"
TERM = {"term_from": datetime.date(2022, 6, 1), "term_until": datetime.date(2027, 5, 31)}
#: How many people work at a unit of a kind, as a share: a university has the staff of forty schools.
WEIGHTS = {"university": 40, "affiliated": 3, "grassroots": 1, "department": 1}
OFFICES = ("研究院", "信息中心", "报刊社", "服务中心", "教学仪器站")


def _unit(key: str, kind: str, name: str, above: Organization | None, sector: str, code: str, short: str) -> tuple:
    unit = Organization(
        parent=above, kind=kind, name=name, sector=sector, code=code, short_name=short, phone="021-55550123", **TERM
    )
    fill_keys(unit)
    return key, unit


def _below_city(city: Organization) -> list[tuple[str, Organization]]:
    """The hundred unions that report to the city."""
    units = [_unit("office", "department", "上海市教育工会机关部门工会", city, "other", "S01", "机关部门工会")]
    for i, area in enumerate(DISTRICTS, 1):
        key, unit = _unit(area, "district", f"{area}区教育工会", city, "basic", f"Q{i:02d}", f"{area}区")
        unit.area = f"第{'一二三四'[i % 4]}片区"
        units.append((key, unit))
    invented = (f"{a}{b}学院" for a, b in product("沧澜鸿博知行", ("泽工业", "城师范", "江医药", "原财贸", "汀艺术", "屏科技", "岚体育")))  # fmt: skip  # noqa: E501
    for i, name in enumerate((*UNIVERSITIES, *invented), 1):
        units.append(_unit(name, "university", f"上海{name}工会", city, "higher", f"G{i:02d}", name))
    units.append(_unit("vocational", "vocational", "上海市中等职业学校工会联合会", city, "vocational", "Z0", "中职联"))
    for i, name in enumerate(
        (*AFFILIATED, *(f"市教育{a}{b}" for a, b in product(("第一", "第二", "第三"), OFFICES))), 1
    ):
        units.append(_unit(name, "affiliated", f"{name}工会", city, "other", f"D{i:02d}", name))
    return units


def _schools(orgs: dict[str, Organization], wanted: int) -> list[tuple[str, Organization]]:
    """Sixty vocational schools, then schools in every district by turns, the demo's ten first."""
    units = []
    trades = (*VOCATIONAL, *(f"{a}{b}职校" for a, b in product(FIRST, ("制造", "财经", "艺术", "商务"))))
    for i, name in enumerate(islice(trades, min(60, wanted // 10 + 1)), 1):
        units.append(_unit(name, "grassroots", f"上海市{name}工会", orgs["vocational"], "vocational", f"Z0{i:03d}", name))  # fmt: skip  # noqa: E501
    demo = [f"{word}{kind}" for word, kind in zip(SCHOOL_WORDS, SCHOOL_KINDS, strict=True)]
    others = [f"{a}{b}{kind}" for kind in ("中学", "小学", "幼儿园") for a, b in product(FIRST, SECOND)]
    for j, name in enumerate((*demo, *others), 1):
        for i, area in enumerate(DISTRICTS, 1):
            if len(units) >= wanted:
                return units
            full = f"{area}区{name}工会"
            units.append(_unit(f"{area}{j}", "grassroots", full, orgs[area], "basic", f"Q{i:02d}{j:03d}", name))
    return units


def organizations(made: dict) -> None:
    """The city, the hundred unions below it, and schools up to the wanted number of unions."""
    key, city = _unit("city", "city", "上海市教育工会", None, "other", "S0", "市教育工会")
    city.save()
    made["orgs"] = {key: city}
    for units in (_below_city(city), None):
        rows = units or _schools(made["orgs"], made["size"].units - len(made["orgs"]))
        Organization.objects.bulk_create([unit for _key, unit in rows], batch_size=1000)
        made["orgs"].update(rows)
    trail.write(SYSTEM, "demo.organizations", city, change={"count": len(made["orgs"])})


def _staffed(made: dict) -> list[seed_people.Staff]:
    """How many people each unit gets, so that all of them are as many as wanted."""
    units = [unit for unit in made["orgs"].values() if unit.kind in WEIGHTS]
    whole, wanted = sum(WEIGHTS[unit.kind] for unit in units), made["size"].members
    staff, given, weight = [], 0, 0
    for unit in units:
        weight += WEIGHTS[unit.kind]
        upto = wanted * weight // whole
        staff.append(seed_people.Staff(unit.pk, unit.sector == "higher", given + 1, max(0, upto - given)))
        given = max(given, upto)
    return staff


def members(made: dict) -> None:
    """Everybody, with what identifies them sealed, and where they belonged since they joined."""
    staff, last = _staffed(made), days.today().replace(month=1, day=1)
    for people, stays in seed_people.written(staff, made["seed"], last):
        copying.copy_lines(Member, seed_people.COLUMNS, [people])
        copying.copy_lines(Membership, seed_people.STAYS, [stays])
    copying.advance(Member)
    _count_heads()
    trail.write(SYSTEM, "demo.members", made["orgs"]["city"], change={"count": made["size"].members})
    _known_people(made)


def _count_heads() -> None:
    """Head counts as the roster has them; a level above counts everybody below it."""
    with connection.cursor() as cursor:
        cursor.execute("""
            WITH RECURSIVE up(pk, n, women) AS (
                SELECT organization_id, count(*), count(*) FILTER (WHERE sex = 'f')
                FROM registry_member WHERE active GROUP BY organization_id
                UNION ALL
                SELECT o.parent_id, up.n, up.women FROM up JOIN registry_organization o ON o.id = up.pk
                WHERE o.parent_id IS NOT NULL
            ), whole AS (SELECT pk, sum(n) AS n, sum(women) AS women FROM up GROUP BY pk)
            UPDATE registry_organization o SET head_count = whole.n, women_count = whole.women
            FROM whole WHERE whole.pk = o.id
        """)


def _known_people(made: dict) -> None:
    """The people whom the demo's accounts belong to have their names here too."""
    made["people"] = {}
    named = (("zhou", "闵行1", "周敏芳", "f"), ("zhu", "闵行1", "朱建平", "m"), ("hu", "浦江大学", "胡佩珍", "f"))
    for key, place, name, sex in named:
        rows = Member.objects.filter(organization=made["orgs"][place], sex=sex, active=True)
        person = rows.exclude(pk__in=[one.pk for one in made["people"].values()]).order_by("pk").first()
        if person is None:
            continue
        person.name, (person.pinyin, person.initials) = name, seed_people.keys(name)
        rows.filter(pk=person.pk).update(name=name, pinyin=person.pinyin, initials=person.initials)
        made["people"][key] = person


CITY = (organizations, members)
