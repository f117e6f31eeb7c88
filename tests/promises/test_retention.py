"""P-PI7: what is due goes by itself, as the portal's own database role, with the clock at +1 month … +11 years.

What should be gone when is written down here a second time, by hand. The search reads every row of every table as the
portal opens it, sealed columns too. The audit trail is kept on purpose and searched apart. Negative control: without
the nightly run everything is still there.
"""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.urls import reverse

from awards.honours.actions import register_legacy
from portal.accounts.actions import invitations
from portal.accounts.models import FormerContact, Invitation, User
from portal.core import files, jobs, outbox
from portal.core.actor import SYSTEM
from portal.core.models import Job, Message, Record
from portal.kit import days
from portal.privacy import tasks
from portal.privacy.actions import retention, sweep
from portal.registry.actions.members import end_membership
from portal.registry.models import ImportBatch, ImportRow
from programs.actions import notices
from programs.actions.moves import make_move
from programs.models import Entry, Notice
from tests import factories

pytestmark = [pytest.mark.promise("P-PI7"), pytest.mark.django_db]
#: Canary → on which day from now it must be gone at the latest, by the rules' own terms; 0 stays.
GONE = {
    "公示丁香姓名": 80, "导入丁香载荷": 95, "任务丁香标题": 95, "消息丁香正文": 370, "异议丁香联系": 740,
    "异议丁香内容": 740, "推荐丁香事迹": 1130, "附件丁香文件": 1130, "13912349876": 3655, "丁香文件字节": 1130,
    "荣誉丁香姓名": 0,
}  # fmt: skip
STEPS = (0, 85, 100, 375, 745, 1135, 2000, 3660, 4000)


@pytest.fixture
def full_world(world):
    """One thing of each kind, with a canary of its own, all ended today."""
    officer, chair, unit = world["officer"], world["u.chair"], world["u"]
    call = factories.call(officer)
    shown = factories.submitted(world["v.chair"], call, person=factories.member(world["v"], "常青"))
    make_move(shown.pk, "propose", by=officer)
    notice = notices.draft_notice(officer, call, "公示", "沪教工示〔2026〕9号", "现予公示。", {"电话": "021-55550123"})
    notices.post_notice(officer, notice.pk)
    notice.refresh_from_db()
    notice.lines.update(name="公示丁香姓名")  # words of the public page alone: the register keeps its own
    objection = notices.object_to(
        notice, notice.lines.first(), "named", "异议丁香内容，请核实一下。", "李四", "异议丁香联系"
    )
    objection = notices.review_objection(
        world["supervisor"], objection.pk, "declined", "不在公示范围内", objection.version
    )
    vain = factories.submitted(chair, call, story="推荐丁香事迹" * 20)
    kept = vain.attachments.select_related("file").first()
    extra = files.keep("丁香文件字节".encode(), "附件丁香文件.pdf", "application/pdf", chair)
    vain.attachments.create(item=kept.item, file=extra, added_by=chair.user)
    make_move(vain.pk, "withdraw", by=chair, note="不报了")
    batch = ImportBatch.objects.create(
        importer="members", organization=unit, created_by=chair.user, state="committed",
        file=files.keep(b"a,b", "名册.csv", "text/csv", chair),
    )  # fmt: skip
    ImportRow.objects.create(batch=batch, sheet="一", number=2, verdict="new", payload='{"name": "导入丁香载荷"}')
    job = jobs.start("core.broadcast", chair, "任务丁香标题", {"users": [], "subject": "x"})
    jobs.run(job.pk)
    outbox.tell([chair.user], "消息", "消息丁香正文", key="canary")
    outbox.mark_read(chair.user)
    leaver = factories.member(unit, "离会的人", phone="13912349876")
    end_membership(SYSTEM, leaver.pk, days.today(), "leave")
    register_legacy(
        officer, title="三八红旗手", family="三八红旗手", level="system", year=2020,
        awarded_on=datetime.date(2020, 3, 8), member=None, organization=unit, name="荣誉丁香姓名", unit=unit.name,
    )  # fmt: skip
    return world


@contextmanager
def as_portal() -> Iterator[None]:
    """With the rights of the portal's own role: no more than production has."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {settings.APP_ROLE}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


def everything(trail: bool = False) -> str:
    """All rows of all tables, opened, and the bytes of all files; the trail alone, or all but it."""
    text = []
    for model in apps.get_models():
        if (model is Record) == trail:
            text += [str(row) for row in model._base_manager.values_list()]
    if not trail:
        text += [p.read_bytes().decode("utf-8", "replace") for p in settings.FILES_DIR.rglob("*") if p.is_file()]
    return "\n".join(text)


def night(day: int) -> None:
    """What the beats of one night do, so many days from now."""
    from programs.tasks import end_notices  # noqa: PLC0415 - the engine's own beat

    end_notices()
    with as_portal():
        tasks.retention_daily()
        tasks.retention_daily()
        job = Job.objects.filter(kind="privacy.retention").latest("id")
        jobs.run(job.pk)
        job.refresh_from_db()
        assert job.state == "done", (day, job.error)


def test_what_is_due_is_gone_and_what_is_not_is_there(full_world, figure):
    now, wrong, searched = days.now(), [], 0
    names = everything()
    assert all(canary in names for canary in GONE), [canary for canary in GONE if canary not in names]
    for step in STEPS:
        with days.at(now + datetime.timedelta(days=step)):
            night(step)
            text = everything()
        searched += 1
        for canary, due in GONE.items():
            wrong += [f"+{step}: {canary} still there"] if due and step >= due and canary in text else []
            wrong += (
                [f"+{step}: {canary} gone too early"] if (not due or step < due - 90) and canary not in text else []
            )
    figure("clock steps, up to days from now", f"{searched}, {STEPS[-1]}")
    figure("canaries of nine kinds", len(GONE))
    figure("due and still there, or gone too early", len(wrong), wanted="0")
    assert wrong == []
    assert Job.objects.filter(kind="privacy.retention").count() <= 1, "one a night, however many beats"
    figure("names that the audit trail keeps on purpose", sum(c in everything(trail=True) for c in GONE), wanted="≤ 3")


def test_a_notice_goes_down_by_itself(full_world, client, figure):
    notice = Notice.objects.get(title="公示")
    path = reverse("programs:public_notice", args=[notice.code])
    assert client.get(path).status_code == 200
    with days.at(days.now() + datetime.timedelta(days=85)):
        night(85)
        down = client.get(path)
    figure("the public page 85 days later", down.status_code, wanted="404")
    assert down.status_code == 404 and "公示丁香姓名" not in down.content.decode()
    line = notice.lines.get()
    assert line.name.startswith("公") and "*" in line.name


def test_control_without_the_nightly_run_everything_is_there(full_world, figure):
    with days.at(days.now() + datetime.timedelta(days=4000)):
        left = [canary for canary in GONE if canary in everything()]
    figure("control: canaries left without the run", len(left), wanted=str(len(GONE)))
    assert len(left) == len(GONE)


def test_the_dry_run_says_the_same_as_the_run_and_touches_nothing(full_world, sign_in):
    with days.at(days.now() + datetime.timedelta(days=400)):
        night(400)
    with days.at(days.now() + datetime.timedelta(days=1200)):
        client = sign_in(full_world["auditor"])
        before = everything()
        planned = {due.rule.key: due.count for due in retention.plan() if due.count}
        page = client.get(reverse("privacy:retention")).content.decode()
        assert everything() == before and "没有通过的推荐的内容" in page
        assert retention.run(SYSTEM) == planned
        assert not [due for due in retention.plan() if due.count], "nothing is found twice"
        assert Record.objects.filter(act="retention.run").latest("id").change == planned


def test_the_city_may_set_another_term_with_its_reason(full_world, sign_in):
    path = reverse("privacy:retention_set", args=["message"])
    for other in ("a.officer", "auditor", "u.chair"):
        assert sign_in(full_world[other]).post(path, {"term": 5, "reason": "档案办法"}).status_code == 404
    officer = sign_in(full_world["officer"])
    assert officer.post(path, {"term": 0, "reason": "档案办法"}).status_code == 422
    assert officer.post(path, {"term": 5, "reason": "档案办法"}).status_code == 302
    with days.at(days.now() + datetime.timedelta(days=6)):
        retention.run(SYSTEM)
    assert not Message.objects.filter(body="消息丁香正文").exists()


def test_files_of_nobody_are_swept_and_others_are_not(full_world, figure):
    by = full_world["officer"]
    alone = files.keep(b"alone", "x.pdf", "application/pdf", by)
    held = ImportBatch.objects.get().file
    stray = settings.FILES_DIR / "ab" / ("ab" * 16)
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_bytes(b"stray")
    half = stray.with_suffix(".part")
    half.write_bytes(b"half")
    assert sweep.sweep(SYSTEM) == {"files": 0, "strays": 0}, "what is young may belong to an act being written"
    with days.at(days.now() + datetime.timedelta(days=2)), as_portal():
        found = sweep.sweep(SYSTEM)
    figure("swept: files without owner, bytes without row", f"{found['files']}, {found['strays']}", wanted="1, 2")
    assert found == {"files": 1, "strays": 2}
    assert not files.path_of(alone).exists() and files.path_of(held).exists() and not half.exists()


def test_an_edition_may_keep_shorter_but_not_longer(world, figure):
    """Three editions, one nomination each, handed in and withdrawn today: one year, ten years, the city's three."""
    entries, left = {}, {}
    for years in (1, 10, 0):
        made = factories.submitted(world["u.chair"], factories.call(world["officer"], keep_years=years))
        make_move(made.pk, "withdraw", by=world["u.chair"], note="不报了")
        entries[years] = made
    now = days.now()
    for day in (350, 400, 1060, 1130):
        with days.at(now + datetime.timedelta(days=day)):
            night(day)
            rows = {one.pk: one for one in Entry.objects.all()}
            left[day] = sorted(
                years for years, one in entries.items()
                if rows[one.pk].data or rows[one.pk].attachments.exists() or rows[one.pk].revisions.exists()
            )  # fmt: skip
    figure("editions of 1, 10 and 0 own years with content after 350, 400, 1060, 1130 days", str(left))
    assert left == {350: [0, 1, 10], 400: [0, 10], 1060: [0, 10], 1130: []}


def test_invitations_and_former_addresses_lose_what_names_somebody(world, figure):
    made, _token = invitations.invite(world["officer"], world["u"], "clerk", "丁香受邀人", "lilac@example.cn")
    User.objects.filter(pk=world["u.chair"].user.pk).update(email="before@example.cn")
    User.objects.filter(pk=world["u.chair"].user.pk).update(email="after@example.cn")
    assert FormerContact.objects.get().email == "before@example.cn"
    with days.at(days.now() + datetime.timedelta(days=150)):
        night(150)
        assert FormerContact.objects.count() == 0 and Invitation.objects.get(pk=made.pk).name == "丁香受邀人"
    with days.at(days.now() + datetime.timedelta(days=200)):
        night(200)
        text = everything()
    figure("names and addresses of an expired invitation half a year later", int("lilac@" in text), wanted="0")
    assert "丁香受邀人" not in text and "lilac@" not in text and Invitation.objects.filter(pk=made.pk).exists()
