"""Demo editions: one that ran two years ago down to its certificates, one that is running, one on public notice.

Everything is made through the same actions as in life, with the clock set back, so that trail, revisions and desks are
what they would be.
"""

import datetime
import io
import random

from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfWriter

from awards.honours import actions as honours
from awards.honours.models import Honour
from portal.accounts.models import Post
from portal.core.actor import SYSTEM, Actor
from portal.core.models import Job
from portal.kit import days
from portal.registry.models import Member, Organization
from programs.actions import amendments, calls, decisions, extensions, notices
from programs.actions.drafts import save_draft
from programs.actions.entries import attach, start_entry
from programs.actions.moves import make_move
from programs.actions.plans import link_call
from programs.actions.ranking import save_order
from programs.demo import places as places_demo
from programs.models import Call, Entry, Notice, PlanItem
from programs.queries import ranking

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


def _pdf() -> bytes:
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(out)
    return out.getvalue()


class _Stage:
    """Who acts in the demo, and how a nomination is filled."""

    def __init__(self, made: dict) -> None:
        self.orgs: dict[str, Organization] = made["orgs"]
        self.made, self.random, self.pdf = made, random.Random(3), _pdf()
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
            for item in call.materials:
                if item.required:
                    attach(by, entry.pk, item.name, SimpleUploadedFile(f"{item.label}.pdf", self.pdf))
        return Entry.objects.get(pk=entry.pk)

    def open_call(
        self, key: str, title: str, year: int, opens: datetime.datetime, closes: datetime.datetime, places, rules=()
    ) -> Call:
        call = calls.create_call(self.officer, key, title, year, opens, closes)
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


def _places(unit: Organization, category: int) -> int:
    if unit.kind == "district":
        return 2 if category == 0 else 5
    return 1 if category == 0 or unit.head_count < 1000 else 2


def past_edition(made: dict) -> None:
    """2024—2025: decided, registered, certificates numbered, one revoked later."""
    stage, now = _Stage(made), days.now()
    made["stage"], made["taken"] = stage, set()
    opened = now - datetime.timedelta(days=760)
    with days.at(opened):
        call = stage.open_call(
            "women-flag", "2023—2024年度三八红旗手", opened.year, opened, opened + datetime.timedelta(days=45), _places
        )
    done = []
    with days.at(opened + datetime.timedelta(days=30)):
        for key in (
            "浦江大学",
            "申城师范大学",
            "临港理工大学",
            "海上交通大学",
            "滨江财经大学",
            "闵行2",
            "徐汇1",
            "崇明1",
        ):
            entry = stage.nominate(call, key, stage.woman(key, made["taken"], "钱秋萍" if key == "浦江大学" else ""), 1)
            entry = make_move(entry.pk, "submit", by=stage.of(key))
            if entry.desk_id != call.owner_id:
                make_move(entry.pk, "forward", by=stage.of(key.rstrip("0123456789")))
            make_move(entry.pk, "propose", by=stage.officer)
            done.append(entry)
    with days.at(opened + datetime.timedelta(days=50)):
        notice = notices.draft_notice(
            stage.officer, call, f"关于{call.title}拟表彰名单的公示", "沪教工示〔2024〕3号", "现予公示。", CONTACT
        )
        notices.post_notice(stage.officer, notice.pk)
    with days.at(opened + datetime.timedelta(days=70)):
        notices.end_notice(notice.pk)
        notices.archive_notice(stage.officer, notice.pk)
        paper = decisions.draft_decision(
            stage.officer, call, "沪教工〔2024〕9号", f"关于表彰{call.title}的决定", "经研究，决定表彰下列同志。"
        )
        decisions.sign_decision(stage.leader, paper.pk, paper.version)
    # Numbered at once, so that one of them can be revoked; the worker draws the PDF.
    honours.number_certificates(honours.start_certificates(stage.officer, call))
    wrong = Honour.objects.filter(entry__call=call).exclude(name="钱秋萍").order_by("pk").last()
    honours.revoke(stage.leader, wrong.pk, "沪教工〔2025〕21号", "经查，推荐材料中的获奖经历不实。")


def running_edition(made: dict) -> None:
    """The edition of this autumn: entries in every state a clerk meets."""
    stage, now = made["stage"], days.now()
    stage.notice_span, taken = 11, made["taken"]
    opened, closes = now - datetime.timedelta(days=24), now + datetime.timedelta(days=9)
    closes = days.local(closes).replace(hour=17, minute=0, second=0, microsecond=0)
    with days.at(opened):
        call = stage.open_call("women-flag", "2025—2026年度三八红旗手", days.today().year, opened, closes, _places,
                               (places_demo.LINES, places_demo.RATIOS))  # fmt: skip
    with days.at(opened + datetime.timedelta(days=2)):
        places_demo.wander(stage.orgs, stage.of, stage.officer, call)
    up: list[Entry] = []
    for n, key in enumerate(
        ("闵行1", "闵行2", "闵行3", "浦东新1", "浦东新2", "徐汇1", "静安1", "静安2", "崇明1", "宝山1", "松江1", "松江2",
         "浦江大学", "浦江大学", "申城师范大学", "临港理工大学", "淞沪工程大学", "沪西医科大学", "海纳电力学院", "市教师培训中心")
    ):  # fmt: skip
        day = now - datetime.timedelta(days=3 + (n * 5) % 4, hours=n % 7)
        with days.at(day):
            person = stage.woman(key, taken, "周敏芳" if key == "闵行1" else "")
            entry = stage.nominate(call, key, person, 0 if n == 0 else 1)
            up.append(make_move(entry.pk, "submit", by=stage.of(key)))
    for n, entry in enumerate(up):
        district = entry.desk_id != call.owner_id
        key = next((k for k, o in stage.orgs.items() if o.pk == entry.desk_id), "")
        with days.at(now - datetime.timedelta(days=2, hours=n % 5)):
            if district and n % 4 != 3:
                by = stage.of(key)
                there = [one for one in ranking.on_desk(by, call) if one.category_id == entry.category_id]
                seen = {entry.category_id: ranking.state_of(there)}
                save_order(by, call.pk, {entry.category_id: [entry.pk]}, seen)
                make_move(entry.pk, "forward", by=stage.of(key))
    first, second = up[0], up[12]
    _returned_and_mended(stage, first, now)
    with days.at(now - datetime.timedelta(days=1)):
        make_move(
            second.pk,
            "return",
            by=stage.officer,
            note="票数对不上",
            flags={"votes_for": "与会议纪要不符", "story": "写出年份和数字"},
        )
        make_move(up[14].pk, "propose", by=stage.officer)
        make_move(up[15].pk, "propose", by=stage.officer)
        make_move(up[16].pk, "reserve", by=stage.officer)
        make_move(up[17].pk, "refuse", by=stage.officer, note="事迹不够突出，名额有限。")
    with days.at(now - datetime.timedelta(hours=30)):
        stage.nominate(call, "浦江大学", Member.objects.get(name="罗欣然"), 0, files=False)
        stage.nominate(call, "闵行1", stage.woman("闵行1", taken), 1, files=False)
        stage.nominate(call, "虹口1", stage.woman("虹口1", taken), 1, files=False)
        extensions.extend(stage.officer, call.pk, stage.orgs["静安"], closes + datetime.timedelta(days=4), "换届")
    with days.at(now - datetime.timedelta(days=6)):
        eased = {"params": {"service_years": 1}, "intro": "依据 2026 年工作要点第 14 项。找组织部沈怡，021-55550123。"}
        reason = "各区反映新建学校教师在本单位多不满两年，改为满一年。"
        drafted = amendments.draft_amendment(stage.officer, call.pk, eased, reason)
        amendments.confirm_amendment(stage.leader, drafted.pk)
    made["running"] = call


def _returned_and_mended(stage: _Stage, entry: Entry, now: datetime.datetime) -> None:
    with days.at(now - datetime.timedelta(days=1, hours=20)):
        flags = {"story": "第二段要写出年份和数字", "votes_for": "与会议纪要不符"}
        entry = make_move(
            entry.pk, "return", by=stage.officer, note="票数对不上；事迹第二段要写出年份和数字。", flags=flags
        )
    with days.at(now - datetime.timedelta(days=1, hours=2)):
        by = stage.of("闵行1")
        data = {**entry.data, "votes_for": entry.data["votes_for"] - 2, "votes_abstain": entry.data["votes_abstain"] + 2,
                "story": entry.data["story"].replace("近两年获区教学评选一等奖", "2025年获闵行区教学评选一等奖"),
                "phone": "021-55550171"}  # fmt: skip
        entry = save_draft(by, entry.pk, data, entry.version)
        attach(by, entry.pk, "form", SimpleUploadedFile("推荐审批表-盖章-改.pdf", stage.pdf))
        make_move(entry.pk, "submit", by=by)


TEAMS = (("闵行1", "语文教研组"), ("徐汇2", "数学教研组"), ("杨浦3", "幼教中心"), ("浦江大学", "外国语学院教工小组"),
         ("沪西医科大学", "护理学院"), ("建桥应用技术学院", "学生服务中心"), ("静安4", "英语教研组"), ("长宁1", "心理健康教研组"))  # fmt: skip
OTHER_TEAMS = (
    ("金山1", "数学教研组"),
    ("奉贤2", "后勤保障组"),
    ("申城师范大学", "学前教育系"),
    ("海纳电力学院", "实训中心"),
)


def _collectives(stage: _Stage, taken: set[int], title: str, ago: int, teams, posted: int, number: str) -> Notice:
    """Collectives from their units to a public notice that was posted ``posted`` days ago."""
    now = days.now()
    stage.notice_span, opened = 16, now - datetime.timedelta(days=ago)
    with days.at(opened):
        call = stage.open_call("women-flag-collective", title, days.local(opened).year, opened,
                               opened + datetime.timedelta(days=40), _places)  # fmt: skip
    with days.at(opened + datetime.timedelta(days=30)):
        for key, name in teams:
            head = stage.woman(key, taken, "蒋思源" if name == "语文教研组" else "")
            entry = stage.nominate(call, key, head, 1, name)
            entry = make_move(entry.pk, "submit", by=stage.of(key))
            if entry.desk_id != call.owner_id:
                make_move(entry.pk, "forward", by=stage.of(key.rstrip("0123456789")))
            make_move(entry.pk, "propose", by=stage.officer)
    with days.at(now - datetime.timedelta(days=posted)):
        words = "经各区、高校和直属单位工会推荐，专家评审，常委会讨论，拟表彰下列集体。现予公示，接受监督。"
        title = f"关于{call.title}拟表彰名单的公示"
        draft = notices.draft_notice(stage.officer, call, title, number, words, CONTACT)
        return notices.post_notice(stage.officer, draft.pk)


def ready_edition(made: dict) -> None:
    """A notice that has run out: its decision can be drafted, signed and its certificates made at once."""
    notice = _collectives(
        made["stage"], made["taken"], "2024—2025年度三八红旗集体", 80, OTHER_TEAMS, 20, "沪教工示〔2026〕6号"
    )
    notices.end_notice(notice.pk)


def noticed_edition(made: dict) -> None:
    """Collectives on public notice, third day, one objection open."""
    stage, now = made["stage"], days.now()
    notice = _collectives(stage, made["taken"], "2025—2026年度三八红旗集体", 60, TEAMS, 4, "沪教工示〔2026〕7号")
    with days.at(now - datetime.timedelta(days=2)):
        line = notice.lines.order_by("-order").first()
        notices.object_to(
            notice, line, "named", "推荐材料里写的结对学校并不是这个集体去的，请核实。", "张明", "13900001234"
        )


def next_edition(made: dict) -> None:
    """A draft for next year, still without every figure."""
    stage, now = made["stage"], days.now()
    opens = now + datetime.timedelta(days=320)
    title = f"{now.year}—{now.year + 1}年度三八红旗手"
    closes = opens + datetime.timedelta(days=50)
    calls.create_call(stage.officer, "women-flag", title, now.year + 1, opens, closes)
    # The demo's own announcements would only keep the first start busy.
    Job.objects.filter(kind__in=["programs.announce", "programs.tell_amendment"]).update(
        state=Job.State.DONE, finished_at=now
    )


def planned(made: dict) -> None:
    """Link this year's calls to the task of the work plan that asks for them."""
    task = PlanItem.objects.filter(plan=made["plan"], kind="task", text__contains="三八红旗手").first()
    for call in Call.objects.filter(year=days.today().year, state="published"):
        link_call(task, call, SYSTEM)


STEPS = (past_edition, running_edition, ready_edition, noticed_edition, next_edition, planned)
