"""Small worlds for tests, made through the same actions as real ones wherever an action exists.

``world()`` is the smallest tree in which every relation occurs: a city, two districts with two schools each, two
universities, and one account per role where it makes sense.
"""

import datetime
import itertools
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from portal.accounts.models import Post, User
from portal.core.actor import Actor
from portal.core.files import read as read_file
from portal.core.models import StoredFile
from portal.kit import days
from portal.registry.actions.members import add_member
from portal.registry.actions.organizations import create_organization
from portal.registry.models import Member, Organization
from programs.actions import calls as call_actions
from programs.actions.drafts import save_draft
from programs.actions.entries import attach, start_entry
from programs.actions.moves import make_move
from programs.models import Call, Category, Entry
from programs.spec import Field
from tests.factories.files import pdf_upload

_count = itertools.count(1)
MACHINE = Actor()


def resident_id(n: int, sex: str = "f", birth: str = "19850615") -> str:
    """A valid resident ID number; ``n`` (0–499) makes it different, the 17th digit fits the sex."""
    body = f"310105{birth}{n % 50:02d}{(n // 50 % 5) * 2 + (0 if sex == 'f' else 1)}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def organization(kind: str, name: str, parent: Organization | None = None, **values: Any) -> Organization:
    """A union below ``parent``."""
    values.setdefault("head_count", 120)
    values.setdefault("women_count", 80)
    return create_organization(MACHINE, parent, kind, f"T{next(_count):05d}", name=name, **values)


def member(org: Organization, name: str = "", sex: str = "f", **values: Any) -> Member:
    """A member of ``org`` with a valid document."""
    n = next(_count)
    values.setdefault("birth_date", datetime.date(1985, 6, 15))
    values.setdefault("hired_on", datetime.date(2010, 9, 1))
    values.setdefault("document_number", resident_id(n, sex, f"{1960 + n // 500}0615"))
    values.setdefault("politics", "party")
    values.setdefault("position", "教师")
    return add_member(MACHINE, org, datetime.date(2010, 9, 1), name=name or f"会员{n}", sex=sex, **values)


def user(name: str = "", member: Member | None = None, **values: Any) -> User:
    """An account that can sign in with the password ``Test-pass-2026``."""
    n = next(_count)
    made = User(username=values.pop("username", f"user{n}"), name=name or f"用户{n}", member=member, **values)
    made.set_password("Test-pass-2026")
    made.save()
    return made


def post(role: str, org: Organization, account: User | None = None) -> Actor:
    """An actor: a user (new unless given) in a post that has been theirs for a year."""
    account = account or user(f"{org.short}{role}")
    since = timezone.localdate() - datetime.timedelta(days=365)
    row = Post.objects.create(user=account, role=role, organization=org, since=since)
    return Actor(account, row)


@dataclass
class World:
    """Organisations by key and actors by key; see ``world``."""

    orgs: dict[str, Organization] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Any:
        return self.orgs[key] if key in self.orgs else self.actors[key]


def world() -> World:
    """city; district a (schools a1, a2), district b (b1); universities u, v; one actor per role and place."""
    made = World()
    o = made.orgs
    o["city"] = organization("city", "市教育工会测试")
    for key, name in (("a", "甲区"), ("b", "乙区")):
        o[key] = organization("district", f"{name}教育工会", o["city"], area=name, sector="basic")
    for key, name, parent in (("a1", "甲区第一中学", "a"), ("a2", "甲区第二小学", "a"), ("b1", "乙区第一中学", "b")):
        o[key] = organization("grassroots", f"{name}工会", o[parent], sector="basic")
    for key, name in (("u", "测试大学"), ("v", "另一大学")):
        o[key] = organization("university", f"{name}工会", o["city"], sector="higher", head_count=900, women_count=420)
    for role in ("officer", "leader", "supervisor", "auditor", "system", "security", "log"):
        made.actors[role] = post(role, o["city"])
    for key in ("a", "b"):
        made.actors[f"{key}.officer"] = post("officer", o[key])
    for key in ("a1", "a2", "b1", "u", "v"):
        made.actors[f"{key}.chair"] = post("chair", o[key])
    made.actors["u.clerk"] = post("clerk", o["u"])
    teacher = user("教师", member(o["u"], "杨教师"))
    made.actors["teacher"] = Actor(teacher)
    return made


def call(by: Actor, key: str = "women-flag", publish: bool = True, places: int | None = 3, **params: Any) -> Call:
    """An edition of ``key`` with ``places`` by hand for each reporting unit in each category (None: none are set),
    published unless told otherwise.
    """
    now = days.now()
    made = call_actions.create_call(
        by,
        key,
        f"测试评选{next(_count)}",
        now.year,
        now - datetime.timedelta(days=3),
        now + datetime.timedelta(days=20),
    )
    call_actions.update_call(by, made.pk, params)
    categories = list(made.categories.all())
    units = Organization.objects.filter(parent=by.organization)
    table = {unit.pk: {one.pk: places for one in categories} for unit in units} if places is not None else {}
    call_actions.set_places(by, made.pk, {one.pk: 10 for one in categories}, table)
    if publish:
        call_actions.publish_call(by, made.pk)
    made.refresh_from_db()
    return made


def answer(one: Field) -> Any:
    """An answer that fits a question of any kind."""
    if one.kind == "table":
        return rows(one)
    if one.kind == "int":
        return one.minimum or 0
    return {
        "date": (days.today() - datetime.timedelta(days=40)).isoformat(), "bool": True,
        "choice": one.choices[0][0] if one.choices else "",
    }.get(one.kind, "如实填写"[: one.limit or None])  # fmt: skip


def rows(one: Field) -> list[dict[str, Any]]:
    """Rows that fit a table: as few as it takes, full marks, sums that add up."""
    weights = [weight for _words, weight in one.rows] or [0] * max(one.minimum or 0, 1)
    made = [
        {c.name: weight if weight and c.kind == "int" else answer(c) for c in one.columns} for weight in weights
    ]  # fmt: skip
    for column in one.columns:
        if column.total:
            each = column.total // len(made)
            for row in made:
                row[column.name] = each
            made[0][column.name] += column.total - each * len(made)
    return made


def answers() -> dict[str, Any]:
    """Answers that satisfy every check of the demo awards."""
    start = days.today() - datetime.timedelta(days=30)
    end = days.today() - datetime.timedelta(days=10)
    return {
        "title": "中学高级教师", "position": "教研组长", "phone": "021-55550177", "honours": "2022年校级先进",
        "meeting_on": start.isoformat(), "meeting_due": 143, "meeting_present": 128, "votes_for": 119,
        "votes_against": 4, "votes_abstain": 5, "party_opinion": "同意推荐", "unit_notice_from": start.isoformat(),
        "unit_notice_until": end.isoformat(), "story": "两年来带领教研组开发校本课程六门。" * 10,
        "head_title": "中学高级教师", "founded": "2012-09", "staff": 23, "women": 15,
        "ballots_sent": 120, "ballots_back": 110, "ballots_good": 105,
    }  # fmt: skip


def draft(by: Actor, on: Call, person: Member | None = None, category: Category | None = None, **data: Any) -> Entry:
    """A complete draft of ``by``'s unit: answers and required materials are there."""
    person = person or member(by.organization, f"候选{next(_count)}")
    category = category or on.categories.first()
    subject = "" if on.program.subject == "member" else f"教研组{next(_count)}"
    entry = start_entry(by, on, category, person, subject)
    asked = {one.name: answer(one) for one in on.fields if one.required and not one.locked}
    entry = save_draft(by, entry.pk, {**asked, **answers(), **data}, entry.version)
    for item in on.materials:
        if item.required:
            attach(by, entry.pk, item.name, pdf_upload(f"{item.name}.pdf"))
    return Entry.objects.get(pk=entry.pk)


def submitted(by: Actor, on: Call, **kwargs: Any) -> Entry:
    """A draft that was handed in: it lies on the desk above ``by``'s unit."""
    return make_move(draft(by, on, **kwargs).pk, "submit", by=by)


def stored(file: StoredFile) -> bytes:
    """The bytes of a stored file."""
    return read_file(file)
