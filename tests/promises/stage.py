"""The stage of the walk: one thing of every kind in every place, and who is meant to see it.

What should be seen is written down here a second time, by hand and in other words than ``visible_to``: by the place
a thing belongs to and the place somebody's post reaches. The walk compares the two.
"""

import datetime
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from awards.honours import actions as honours
from awards.honours.models import Certificate, CertificateBatch
from portal.accounts import actions as accounts
from portal.accounts.actions import invitations
from portal.api.actions.hooks import create_hook
from portal.api.actions.tokens import create_token
from portal.api.models import HookCall
from portal.core import files, jobs, outbox, trail
from portal.core.actor import Actor
from portal.core.calendar import override
from portal.core.models import Delivery, Message
from portal.kit import days
from portal.privacy.actions.exports import ask as ask_export
from portal.privacy.actions.wishes import wish as ask_wish
from portal.registry.actions import duplicates
from portal.registry.actions.planned import plan_ahead
from portal.registry.carrying import Asked
from portal.registry.models import ImportBatch
from programs.actions import amendments, bulk, bulletins, decisions, extensions, notices
from programs.actions.moves import make_move
from programs.actions.plans import import_plan
from programs.models import Entry, Passing
from programs.planreader.reader import read_plan
from tests import factories
from tests.factories.files import image_upload

PLAN = Path(__file__).parents[1] / "data" / "plan-2031.txt"
ALL = ("city", "a", "a1", "a2", "b", "b1", "u", "v")
#: What a post at a place reaches.
REACH = {"city": ALL, "a": ("a", "a1", "a2"), "b": ("b", "b1"), **{key: (key,) for key in ("a1", "a2", "b1", "u", "v")}}
UNIT_ROLES = ("chair", "clerk", "officer", "leader")


@dataclass
class Thing:
    """Something a URL can name. ``owner`` is the key of the actor it belongs to alone; ``subject`` whom it is about."""

    kind: str
    row: Any
    place: str
    value: Any = None
    owner: str = ""
    subject: str = ""
    draft: bool = False
    children: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.kind}@{self.place}{'(draft)' if self.draft else ''}{f' of {self.owner}' if self.owner else ''}"


@dataclass
class Stage:
    """The world, its things by the name of the keyword argument that takes them, and the canaries nobody may read."""

    world: factories.World
    things: dict[str, list[Thing]] = field(default_factory=lambda: defaultdict(list))
    canaries: dict[str, str] = field(default_factory=dict)

    def add(self, kind: str, row: Any, place: str, **more: Any) -> Thing:
        thing = Thing(kind, row, place, more.pop("value", getattr(row, "pk", None)), **more)
        self.things[kind].append(thing)
        return thing

    def place_of(self, actor: str) -> str:
        """Where an actor's post is: the part before the point, the city for those without one."""
        return actor.partition(".")[0] if "." in actor else "city"


def sees(stage: Stage, actor: str, thing: Thing) -> bool:
    """Whether the actor is meant to see the thing."""
    role = stage.world[actor].role if actor != "anonymous" else "anonymous"
    place, reached = stage.place_of(actor), REACH[stage.place_of(actor)]
    in_reach = role in UNIT_ROLES and thing.place in reached
    own_place = thing.place == place
    rules = {
        "organization_id": in_reach or role in ("auditor", "supervisor"),
        "member_id": in_reach or role == "auditor" or thing.subject == actor,
        "call_id": role in (*UNIT_ROLES, "auditor", "supervisor")
        and (not thing.draft or role == "auditor" or (role in ("officer", "leader") and own_place)),
        "notice_id": role == "auditor" or (role in ("officer", "leader", "supervisor") and own_place),
        "objection_id": role == "auditor" or (role == "supervisor" and own_place),
        "decision_id": role == "auditor" or (role in ("officer", "leader") and own_place),
        "passing_id": role == "auditor" or (role in ("officer", "leader") and own_place),
        "bulletin_id": role == "auditor" or (role in ("officer", "leader") and own_place),
        "amendment_id": role == "auditor"
        or (role in ("officer", "leader") and own_place)
        or (not thing.draft and role in (*UNIT_ROLES, "supervisor")),
        "extension_id": role in ("officer", "leader") and own_place,
        "batch_id": role == "auditor" or (role in ("officer", "leader") and own_place),
        "honour_id": in_reach or role == "auditor" or thing.subject == actor,
        "post_id": role in ("security", "auditor", "log") or (role == "officer" and thing.place in reached),
        "user_id": role == "security",
        "act_id": role in ("security", "auditor", "log"),
        "record_id": role in ("auditor", "log"),
        "delivery_id": role == "system",
        "plan_id": role not in ("anonymous", "teacher"),
        "item_id": role not in ("anonymous", "teacher"),
        "day_id": role not in ("anonymous", "teacher"),
        "hook_id": own_place and role in ("chair", "officer"),
        "hook_call_id": own_place and role in ("chair", "officer"),
        "code": True,
        "receipt": True,
        "certificate": True,
        "token": True,
        "invitation_id": role == "officer" and thing.place in reached,
        "pair_id": role == "officer" and thing.place in reached,
        "merge_id": role == "officer" and thing.place in reached,
        "planned_id": role == "officer" and thing.place in reached,
    }
    if thing.kind == "export_id":
        decides = role in ("chair", "officer", "leader") and thing.place in reached
        return decides or role == "auditor" or thing.owner == actor
    if thing.kind == "wish_id":
        handles = role in ("chair", "clerk", "officer") and thing.place in reached
        return handles or role == "auditor" or thing.owner == actor
    if thing.kind in ("kind", "purpose"):
        return True
    if thing.kind == "rule_key":
        return role == "officer" and own_place
    if thing.kind == "entry_id":
        if thing.draft:
            return role in UNIT_ROLES and own_place
        return in_reach or role == "auditor" or thing.subject == actor
    if thing.kind in ("message_id", "job_id", "import_id", "run_id", "token_id", "kin_id"):
        return thing.owner == actor
    return rules[thing.kind]


def build() -> Stage:
    """Everything, through the portal's own actions where it has them."""
    stage = Stage(factories.world())
    world = stage.world
    for key in ALL:
        stage.add("organization_id", world[key], key)
    for key in ("city", "a", "b", "a1", "a2", "b1", "u", "v"):
        number, phone, card = _secret(key)
        person = factories.member(world[key], f"会员{key}", document_number=number, phone=phone, card_number=card)
        stage.add("member_id", person, key)
        stage.canaries |= {number: key, phone: key, card: key}
    teacher = world["teacher"].user.member
    teacher.phone = "13912340499"
    teacher.save()
    stage.canaries[teacher.phone] = "teacher"
    stage.add("member_id", teacher, "u", subject="teacher")
    _awards(stage)
    _ground(stage)
    _alike(stage)
    _invited(stage)
    return stage


def _alike(stage: Stage) -> None:
    """A pair that may be one in each district, and one person made of two."""
    world = stage.world
    people = {thing.place: thing.row for thing in stage.things["member_id"] if not thing.subject}
    for key in ("a1", "b1", "u"):
        other = factories.member(world[key], f"像{key}")
        pair = duplicates.point_out(world["officer"], people[key], other)
        stage.add("pair_id", pair, key)
        third = duplicates.point_out(world["officer"], people[key], factories.member(world[key]))
        done = duplicates.merge(world["officer"], third.pk, people[key].pk, set(), "本人确认")
        stage.add("merge_id", done, key)
        people[key].refresh_from_db()


def _invited(stage: Stage) -> None:
    """An invitation for a union of every level."""
    world = stage.world
    for key in ("a1", "b1", "u"):
        made, token = invitations.invite(world["officer"], world[key], "clerk", f"受邀{key}", phone="13500001111")
        stage.add("invitation_id", made, key)
        stage.add("token", made, key, value=token)


def _secret(key: str) -> tuple[str, str, str]:
    n = 400 + ALL.index(key)
    return factories.resident_id(n, birth="19800101"), f"1391234{n:04d}", f"62220210{n:011d}"


def _awards(stage: Stage) -> None:
    world = stage.world
    officer = world["officer"]
    running = factories.call(officer)
    stage.add("call_id", running, "city")
    later = extensions.extend(officer, running.pk, world["a"], running.closes_at + datetime.timedelta(days=2), "换届")
    stage.add("extension_id", later, "city")
    stage.add("bulletin_id", bulletins.freeze_bulletin(officer, running.pk), "city")
    until = {"closes_at": (running.closes_at + datetime.timedelta(days=1)).isoformat()}
    made = amendments.draft_amendment(officer, running.pk, until, "顺延一天")
    stage.add("amendment_id", amendments.confirm_amendment(world["leader"], made.pk), "city")
    made = amendments.draft_amendment(officer, running.pk, {"intro": "另行通知。"}, "补说明")
    stage.add("amendment_id", made, "city", draft=True)
    stage.add("call_id", factories.call(officer, publish=False), "city", draft=True)
    stage.add("call_id", factories.call(world["a.officer"]), "a")
    stage.add("call_id", factories.call(world["a.officer"], publish=False), "a", draft=True)
    for key in ("a1", "a2", "b1", "u", "v"):
        _entry(stage, factories.submitted(world[f"{key}.chair"], running), key)
    for key in ("a1", "b1"):
        _entry(stage, factories.draft(world[f"{key}.chair"], running), key, draft=True)
    mine = factories.submitted(world["u.chair"], running, person=world["teacher"].user.member)
    _entry(stage, mine, "u", subject="teacher")
    shown = factories.call(officer)
    for key in ("u", "v"):
        entry = factories.submitted(world[f"{key}.chair"], shown)
        make_move(entry.pk, "propose", by=officer)
    notice = notices.draft_notice(officer, shown, "公示", "沪教工示〔2026〕1号", "现予公示。", {"电话": "021-55550123"})
    notices.post_notice(officer, notice.pk)
    notice.refresh_from_db()
    stage.add("notice_id", notice, "city")
    stage.add("code", notice, "city", value=notice.code)
    line = notice.lines.order_by("id").first()
    objection = notices.object_to(
        notice, line, "named", "获奖时间不对，请核实一下。", "张三", "13800000000", image_upload()
    )
    stage.add("objection_id", objection, "city")
    stage.add("receipt", objection, "city", value=objection.receipt)
    gone = Passing.objects.create(
        call=shown, category=shown.categories.first(), body="市妇联", number="沪教工〔2026〕3号", sent_on=days.today(),
        made_by=officer.user, made_at=days.now(), scan=files.keep(b"%PDF-1.7", "上报.pdf", "application/pdf", officer),
    )  # fmt: skip
    stage.add("passing_id", gone, "city")
    stage.add(
        "decision_id", decisions.draft_decision(officer, shown, "沪教工〔2026〕2号", "决定", "决定表彰。"), "city"
    )
    batch = CertificateBatch.objects.create(call=shown, count=1, created_by=officer.user)
    batch.file = files.keep(b"%PDF-1.7", "证书.pdf", "application/pdf", officer)
    batch.save()
    stage.add("batch_id", batch, "city")
    for n, key in enumerate(("a1", "b1", "u"), 1):
        person = next(thing.row for thing in stage.things["member_id"] if thing.place == key and not thing.subject)
        honour = honours.register_legacy(
            officer, title="三八红旗手", family="三八红旗手", level="system", year=2020,
            awarded_on=datetime.date(2020, 3, 8), member=person, organization=world[key], name=person.name,
            unit=world[key].name,
        )  # fmt: skip
        certificate = Certificate.objects.create(honour=honour, batch=batch, number=f"测试 2020-{n:04d}")
        stage.add("certificate", certificate, key, value=certificate.code)
        stage.add("honour_id", honour, key)


def _entry(stage: Stage, entry: Entry, place: str, **more: Any) -> None:
    children = {"attachment_id": entry.attachments.first().pk, "revision": 1}
    stage.add("entry_id", Entry.objects.get(pk=entry.pk), place, children=children, **more)


def _ground(stage: Stage) -> None:
    world = stage.world
    for key in ("officer", "a.officer", "a1.chair", "b1.chair", "u.clerk", "teacher", "log"):
        actor: Actor = world[key]
        place = stage.place_of(key)
        outbox.tell([actor.user], f"给{key}的消息", "正文", key=f"stage-{key}")
        message = Message.objects.get(user=actor.user, key=f"stage-{key}")
        stage.add("message_id", message, place, owner=key)
        lost = Delivery.objects.create(message=message, channel="email", state="failed", due_at=days.now())
        stage.add("delivery_id", lost, place)
        until = days.today() + datetime.timedelta(days=30)
        token, _secret = create_token(actor, f"{key}的系统", "write", actor.post, until)
        stage.add("token_id", token, place, owner=key)
        job = jobs.start("core.broadcast", actor, f"{key}的任务", {"users": [], "subject": "x"})
        job.file = files.keep(b"PK", "结果.xlsx", "application/zip", actor)
        job.state = "done"
        job.save()
        stage.add("job_id", job, place, owner=key)
    for key in ("officer", "a1.chair", "b1.chair", "u.chair"):
        actor = world[key]
        hook, _secret = create_hook(actor, "https://example.org/x", ["entry"])
        stage.add("hook_id", hook, stage.place_of(key))
        call = HookCall.objects.create(hook=hook, record_id=1, event="entry.submit", payload={}, due_at=days.now())
        stage.add("hook_call_id", call, stage.place_of(key))
    for key in ("officer", "a.officer", "a1.chair", "b1.chair", "u.clerk"):
        actor = world[key]
        upload = files.keep(b"a,b\n", "名册.csv", "text/csv", actor)
        batch = ImportBatch.objects.create(
            importer="members", organization=actor.organization, file=upload, created_by=actor.user, reason="读不了",
            state="broken", result_file=upload,
        )  # fmt: skip
        stage.add("import_id", batch, stage.place_of(key), owner=key)
    for key in ("a1", "u"):
        asked = Asked("rename", world[key], days.today() + datetime.timedelta(days=40))
        later = plan_ahead(world["officer"], asked, "改名", "沪教工〔2026〕8号", f"新名{key}工会")
        stage.add("planned_id", later, key)
    for key in ("officer", "a.officer", "a1.chair", "u.clerk"):
        actor = world[key]
        run = bulk.choose(actor, Entry.objects.visible_to(actor).order_by("pk"), "entries")
        stage.add("run_id", run, stage.place_of(key), owner=key)
    for key in ("a1", "u"):
        person = next(one.row for one in stage.things["member_id"] if one.place == key)
        asker = Actor(factories.user("提要求的人", person))
        stage.add("wish_id", ask_wish(asker, "correct", "入校时间应是 2009年"), key)
    stage.add("kind", world["city"], "city", value="correct")
    stage.add("purpose", world["city"], "city", value="health")
    stage.add("rule_key", world["city"], "city", value="message")
    for key in ("u.clerk", "a1.chair", "a.officer", "officer", "auditor"):
        asked = ask_export(
            world[key], "members", "member", "会员名册", ["name", "birth"], 9, "?q=x", "报市总女职工统计"
        )
        stage.add("export_id", asked, stage.place_of(key), owner=key)
    for key, actor in world.actors.items():
        if actor.post:
            stage.add("post_id", actor.post, stage.place_of(key))
            stage.add("user_id", actor.user, stage.place_of(key))
    for key in ("officer", "a1.chair", "u.clerk", "teacher"):
        kin = accounts.declare_kin(world[key], "spouse", "某亲属", factories.resident_id(len(key), birth="19710203"))
        stage.add("kin_id", kin, stage.place_of(key), owner=key)
    asked = accounts.ask_post(world["security"], factories.user("新来的"), "officer", world["a"], days.today())
    stage.add("act_id", asked, "city")
    plan = import_plan(read_plan(PLAN.read_text("utf-8")).document, world["officer"]).plan
    stage.add("plan_id", plan, "city")
    stage.add("item_id", plan.items.tasks().first(), "city")
    stage.add("day_id", override(world["officer"], days.today(), True, "测试"), "city")
    stage.add("record_id", trail.Record.objects.order_by("id").first(), "city")
