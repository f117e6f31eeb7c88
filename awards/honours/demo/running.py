"""The edition of this autumn and the draft of the next."""

import datetime

from django.core.files.uploadedfile import SimpleUploadedFile

from awards.honours.demo.stage import Stage, places_of
from portal.core.actor import SYSTEM
from portal.core.models import Job
from portal.kit import days
from portal.registry.models import Member
from programs.actions import amendments, calls, extensions
from programs.actions.drafts import save_draft
from programs.actions.entries import attach
from programs.actions.moves import make_move
from programs.actions.plans import link_call
from programs.actions.ranking import save_order
from programs.demo import places as places_demo
from programs.models import Call, Entry, PlanItem
from programs.queries import ranking


def running_edition(made: dict) -> None:
    """The edition of this autumn: entries in every state a clerk meets."""
    stage, now = made["stage"], days.now()
    stage.notice_span, taken = 11, made["taken"]
    opened, closes = now - datetime.timedelta(days=24), now + datetime.timedelta(days=9)
    closes = days.local(closes).replace(hour=17, minute=0, second=0, microsecond=0)
    with days.at(opened):
        call = stage.open_call("women-flag", "2025—2026年度三八红旗手", days.today().year, opened, closes, places_of,
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
    # two more on the desk of the district that can be tried out: there is something to rank
    with days.at(now - datetime.timedelta(hours=20)):
        for key in ("闵行5", "闵行7"):
            entry = stage.nominate(call, key, stage.woman(key, taken), 1)
            make_move(entry.pk, "submit", by=stage.of(key))
    made["running"] = call


def _returned_and_mended(stage: Stage, entry: Entry, now: datetime.datetime) -> None:
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
    """Link this year's calls to the tasks of the work plan that name them."""
    tasks = list(PlanItem.objects.filter(plan=made["plan"], kind="task"))
    for call in Call.objects.filter(year=days.today().year, state="published"):
        words = call.program.plan_words
        task = next((one for one in tasks if any(word in one.text for word in words)), None)
        if task is not None:
            link_call(task, call, SYSTEM)
