"""Who acts in the demo, and how a nomination is filled."""

import datetime
import io
import random
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfWriter

from portal.accounts.models import Post
from portal.core.actor import Actor
from portal.kit import days
from portal.registry.models import Member, Organization
from programs.actions import calls
from programs.actions.drafts import save_draft
from programs.actions.entries import attach, start_entry
from programs.demo import places as places_demo
from programs.models import Call, Entry

STORY = (
    "{name}从教 {years} 年，坚持在教学一线，每周任课 14 节。\n\n近两年获区教学评选一等奖，指导青年教师 4 人，承担课题 2 项。她牵头建立的"
    "“错题门诊”每周三下午向全校学生开放，累计接待 1,260 人次；与两所乡村学校结对，送教 14 次，带出 3 位区级骨干教师。\n\n"
    "她开发校本课程 6 门，形成可共享的单元作业 118 份，在区内 9 所学校试用。同事评价她把难题留给自己，把方便让给别人。"
)
CONTACT = {
    "电话": "021-55550123（工作日 9:00—17:00）",
    "邮箱": "jubao@example.cn",
    "信件": "示例路 500 号 302 室，200000",
}


def pdf_bytes() -> bytes:
    """An empty sheet, as a stand-in for a scan."""
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(out)
    return out.getvalue()


class Stage:
    """The demo's actors, by the keys of the organisations, and what they do again and again."""

    def __init__(self, made: dict) -> None:
        self.orgs: dict[str, Organization] = made["orgs"]
        self.made, self.random, self.pdf = made, random.Random(3), pdf_bytes()
        self.notice_span = 16
        self.officer, self.leader = self.as_("shenyi", "officer"), self.as_("luwenlan", "leader")

    def as_(self, login: str, role: str) -> Actor:
        user = self.made["users"][login]
        return Actor(user, Post.objects.select_related("organization").get(user=user, role=role))

    def of(self, key: str) -> Actor:
        """The chair or officer of a unit."""
        fixed = {"闵行": ("xuruolin", "officer"), "闵行1": ("zhujianping", "chair"), "浦江大学": ("hupeizhen", "chair")}
        if key in fixed:
            return self.as_(*fixed[key])
        user, post = self.made["contacts"][key]
        return Actor(user, post)

    def woman(self, key: str, taken: set[int], name: str = "") -> Member:
        rows = Member.objects.filter(organization=self.orgs[key], sex="f", hired_on__lt="2022-01-01")
        rows = rows.filter(name=name) if name else rows.exclude(pk__in=taken).exclude(user__isnull=False)
        found = rows.order_by("pk").first()
        assert found is not None, f"no woman to nominate at {key}"
        taken.add(found.pk)
        return found

    def answers(self, person: Member, opened: datetime.date) -> dict:
        start = opened + datetime.timedelta(days=2)
        due = self.random.randint(60, 180)
        present, against, abstain = (
            due - self.random.randint(2, due // 6),
            self.random.randint(0, 4),
            self.random.randint(0, 5),
        )
        return {
            "honours": f"{opened.year - 3}年 校级三八红旗手", "meeting_on": start.isoformat(), "meeting_due": due,
            "meeting_present": present, "votes_for": present - against - abstain, "votes_against": against,
            "votes_abstain": abstain, "party_opinion": "同意推荐", "unit_notice_from": start.isoformat(),
            "unit_notice_until": (start + datetime.timedelta(days=self.notice_span)).isoformat(),
            "story": STORY.format(name=person.name, years=opened.year - person.hired_on.year),
            "post_kind": "front" if self.random.random() < 0.7 else "manage", "head_title": person.title,
            "founded": "2012-09", "staff": 23, "women": 15, "phone": "021-55550177",
        }  # fmt: skip

    def nominate(
        self, call: Call, key: str, person: Member, category: int, subject: str = "", files: bool = True
    ) -> Entry:
        by = self.of(key)
        entry = start_entry(by, call, list(call.categories.all())[category], person, subject)
        opened = days.local(call.opens_at).date()
        entry = save_draft(by, entry.pk, self.answers(person, opened), entry.version)
        if files:
            self.attach(entry, key)
        return Entry.objects.get(pk=entry.pk)

    def attach(self, entry: Entry, key: str) -> None:
        """Every paper that is asked for, as the entry stands now."""
        for item in entry.call.materials:
            if item.required:
                attach(self.of(key), entry.pk, item.name, SimpleUploadedFile(f"{item.label}.pdf", self.pdf))

    def open_call(
        self,
        key: str,
        title: str,
        year: int,
        opens: datetime.datetime,
        closes: datetime.datetime,
        places,
        rules=(),
        **params: Any,
    ) -> Call:
        call = calls.create_call(self.officer, key, title, year, opens, closes)
        calls.update_call(self.officer, call.pk, params)
        cats = list(call.categories.all())
        units = Organization.objects.filter(parent=self.orgs["city"]).exclude(kind="department")
        if rules:
            places_demo.set_rules(self.officer, call, *rules)
        by_hand = {c.pk: None for c in cats} if rules else {}
        table = {u.pk: by_hand or {c.pk: places(u, i) for i, c in enumerate(cats)} for u in units}
        calls.set_places(self.officer, call.pk, {c.pk: 12 if i == 0 else 200 for i, c in enumerate(cats)}, table)
        if call.opens_at < days.now() + datetime.timedelta(days=30):
            calls.publish_call(self.officer, call.pk)
        return Call.objects.get(pk=call.pk)


def places_of(unit: Organization, category: int) -> int:
    """How many a unit may put up in the first or second category."""
    if unit.kind == "district":
        return 2 if category == 0 else 5
    return 1 if category == 0 or unit.head_count < 1000 else 2
