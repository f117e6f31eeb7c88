"""P-DOWN3: no room on the disk, no worker for a day, a mail gateway that is away, a clock that jumps by an hour.

Forms are still accepted, pages say what waits, nothing is written by half, and what waited is done once. The disk is
full for this process only (RLIMIT_FSIZE, so an ordinary user can run it); the day passes on the portal's own clock.
"""

import datetime
import resource
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.urls import reverse
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler

from portal.celery import app
from portal.core import deliveries, jobs, outbox, queues, trail
from portal.core.models import ChannelState, Delivery, Job, Message, PeriodicRun, Record, StoredFile
from portal.core.periods import once
from portal.kit import crypto, days
from portal.kit.full import NO_ROOM_FOR_RESULT, is_full
from portal.ops.places import free_port
from programs.models import Call
from tests import factories
from tests.factories.files import image_upload, pdf_upload
from tests.promises import workers

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
DAY = datetime.timedelta(days=1)
HOUR = datetime.timedelta(hours=1)


# ── the disk ──
@contextmanager
def full_disk(room: int = 0) -> Iterator[None]:
    """No file that this process writes may grow beyond ``room`` bytes: EFBIG, as ENOSPC on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def lying(*folders: Path) -> dict[str, int]:
    return {str(path): path.stat().st_size for one in folders for path in one.rglob("*") if path.is_file()}


def export_job(officer) -> Job:
    params = {"listing": "organizations", "resource": "organization", "columns": [], "count": 8,
              "query": crypto.seal("", "export")}  # fmt: skip
    return jobs.start("core.export", officer, "导出单位", params, queue="documents")


@pytest.mark.promise("P-DOWN3")
def test_on_a_full_disk_all_is_refused_in_plain_words_and_nothing_is_half(world, sign_in, settings, figure):
    settings.UPLOAD_FREE_MB = 0
    chair, officer = world["u.chair"], world["officer"]
    call = factories.call(officer)
    entry = factories.draft(chair, call)
    item = next(one for one in call.materials if "pdf" in one.kinds)
    upload = f"{reverse('programs:entry_files', args=[entry.pk])}?item={item.name}"
    trail.seal()
    anchor = trail.anchor()
    before = lying(settings.FILES_DIR, settings.ANCHOR_DIR)
    rows, client = StoredFile.objects.count(), sign_in(chair)
    client.raise_request_exception, answers = False, {}
    with full_disk(room=anchor.stat().st_size + 20):
        for name, file in (("pdf", pdf_upload()), ("image", image_upload())):
            answers[name] = client.post(upload, {"file": file})
        answers["paper"] = client.get(reverse("programs:entry_pdf", args=[entry.pk]))
        typed = {"_version": entry.version, "position": "年级组长"}
        answers["draft"] = client.post(reverse("programs:entry_edit", args=[entry.pk]), typed)
        answers["form"] = client.get(reverse("programs:entry_edit", args=[entry.pk]))
        client = sign_in(officer)
        answers["list as a sheet"] = client.get(f"{reverse('registry:organizations')}?export=xlsx")
        job = export_job(officer)
        jobs.run(job.pk)
        with pytest.raises(OSError) as refused:
            trail.anchor()
    after = lying(settings.FILES_DIR, settings.ANCHOR_DIR)
    job.refresh_from_db()
    codes = {name: answer.status_code for name, answer in answers.items()}
    figure("answers on a full disk", ", ".join(f"{name} {code}" for name, code in codes.items()))
    figure("answers 500", sum(code == 500 for code in codes.values()), wanted="0")
    grown = sum(after[path] != before.get(path) for path in after)
    figure("files that were begun, grew or are half", grown, wanted="0")
    figure("rows of files without their bytes", StoredFile.objects.count() - rows, wanted="0")
    assert codes["pdf"] == codes["image"] == 507 and codes["form"] == 200 and codes["draft"] in (200, 302, 422)
    assert {codes["paper"], codes["list as a sheet"]} <= {200, 507}
    assert all("存储满了" in answer.content.decode() for answer in answers.values() if answer.status_code == 507)
    assert (job.state, job.error) == (Job.State.FAILED, str(NO_ROOM_FOR_RESULT))
    assert is_full(refused.value) and after == before and StoredFile.objects.count() == rows
    assert trail.verify().good and trail.anchor() is not None, "with room again the next line is whole"
    jobs.run(again := export_job(officer).pk)
    assert Job.objects.get(pk=again).state == Job.State.DONE


@pytest.mark.promise("P-DOWN3")
def test_the_control_a_plain_append_leaves_half_a_line(tmp_path, figure):
    path, line = tmp_path / "anchor.txt", b"1 " + b"a" * 64 + b"\n"
    path.write_bytes(line)
    with full_disk(room=len(line) + 20), pytest.raises(OSError), path.open("ab") as file:
        file.write(line)
    half = path.stat().st_size - len(line)
    figure("control: bytes of a half line that a plain append leaves", half, wanted="> 0")
    assert 0 < half < len(line)


@pytest.mark.promise("P-DOWN3")
def test_ready_names_the_disk_and_stays_ready(client, settings, figure):
    settings.UPLOAD_FREE_MB = 0
    assert "disk" not in client.get("/readyz").json()["degraded"]
    settings.UPLOAD_FREE_MB = 10**9
    answer = client.get("/readyz")
    figure("/readyz with little room", f"{answer.status_code}, {answer.json()['parts']['disk']}")
    assert answer.status_code == 200 and "disk" in answer.json()["degraded"]
    assert client.get("/healthz").status_code == 200


# ── workers ──
def beat_of_yesterday() -> None:
    """The schedule as a beat left it a day ago: every task is due."""
    DatabaseScheduler(app=app)
    PeriodicTask.objects.update(last_run_at=days.now() - DAY)
    assert set(settings.CELERY_BEAT_SCHEDULE) <= set(PeriodicTask.objects.values_list("name", flat=True))


def lacking(late: int) -> list[str]:
    """What has not been caught up yet, in words."""
    found = [f"{job.kind} {job.state}" for job in Job.objects.filter(state__in=("queued", "running"))]
    found += [f"message {one.pk} not routed" for one in Message.objects.filter(routed=False)]
    run = PeriodicRun.objects.values_list("name", flat=True)
    found += [f"{name} not run" for name in sorted({"core.verify", "core.anchor"} - set(run))]
    lapsed = Record.objects.filter(act="entry.lapse").count()
    return found + [f"{lapsed} of {late} lapsed"] * (lapsed < late)


@pytest.mark.promise("P-DOWN3")
def test_a_day_without_workers_waits_and_is_done_once(world, sign_in, figure, full_size, tmp_path, monkeypatch):
    count, at_once = (50, 3) if full_size else (3, 1)
    monkeypatch.setenv("MAIL_PER_MINUTE", "0")
    officer, chair = world["officer"], world["u.chair"]
    call = factories.call(officer, places=200)
    late = [factories.draft(chair, call) for _n in range(count)]
    Call.objects.filter(pk=call.pk).update(closes_at=days.now() + HOUR)
    factories.submitted(chair, call)
    users = [chair.user.pk, officer.user.pk]
    outbox.tell([chair.user], "开会", key="meeting")
    told = [jobs.start("core.broadcast", officer, "通知", {"users": users, "subject": f"通知 {n}"}) for n in
            range(count)]  # fmt: skip
    fresh = sign_in(officer).get(reverse("core:job", args=[told[-1].pk])).content.decode()
    with days.at(days.now() + DAY - HOUR):
        page = sign_in(officer).get(reverse("core:job", args=[told[-1].pk])).content.decode()
        ready = sign_in(officer).get("/readyz")
        still = factories.draft(world["v.chair"], factories.call(officer))
    waiting = ready.json()["backlog"]
    assert not Job.objects.exclude(state=Job.State.QUEUED).exists(), "the control: nobody did anything meanwhile"
    beat_of_yesterday()
    with ExitStack() as stack:
        monkeypatch.setenv("DAYS_AHEAD", "1")
        crew = [workers.worker(tmp_path, name=f"w{n}", queues="celery,documents") for n in range(at_once)]
        stack.callback(lambda: [workers.kill(process) for process in crew])
        for n in range(2):
            beat = ["beat", "--scheduler", "django_celery_beat.schedulers:DatabaseScheduler", "--pidfile="]
            crew.append(workers.start(beat, tmp_path, tmp_path / f"beat{n}.log"))
        with days.at(days.now() + DAY):
            seconds = workers.until(lambda: not lacking(count), 120, "what waited", lambda: lacking(count))
    verified = Job.objects.filter(kind="core.verify").count()
    lapsed = Counter(Record.objects.filter(act="entry.lapse").values_list("target_id", flat=True))
    got = Counter(Message.objects.filter(subject__startswith="通知 ").values_list("user", "subject"))
    figure("jobs, messages, deadlines that waited for a day", f"{count}, {waiting['messages']}, {count}")
    figure("/readyz meanwhile: age of the oldest job", waiting["jobs_age"], "s", "> 80000")
    figure("messages told more or less than once", sum(n != 1 for n in got.values()) + count * 2 - len(got), wanted="0")
    figure("deadlines that were not kept once", sum(n != 1 for n in lapsed.values()) + count - len(lapsed), wanted="0")
    figure("the day's check of the trail, two beats asking", verified, wanted="1")
    figure("all done after the workers came back", seconds, "s", "≤ 120 s")
    assert "马上开始" in fresh and "马上开始" not in page and "排队中" in page and "不用再提交" in page
    assert ready.status_code == 200 and waiting["jobs"] >= count
    assert still.pk and waiting["jobs_age"] > 80_000
    assert set(lapsed) == {entry.pk for entry in late} and set(lapsed.values()) == {1}
    assert len(got) == count * 2 and set(got.values()) == {1}
    assert verified == 1
    assert not Job.objects.exclude(state=Job.State.DONE).exists()


# ── the mail gateway ──
@pytest.mark.promise("P-DOWN3")
def test_without_the_mail_gateway_acts_are_accepted_and_mails_go_later(world, client, settings, figure):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1"
    settings.EMAIL_PORT, settings.MAIL_PER_MINUTE = free_port(), 0
    settings.UPLOAD_FREE_MB = 0
    with pytest.raises(OSError), socket.create_connection(("127.0.0.1", settings.EMAIL_PORT), 1):
        pass
    people = [factories.user(email=f"p{n}@example.cn") for n in range(20)]
    outbox.tell(people, "开会", key="meeting")
    deliveries.route()
    sent = deliveries.send_due()
    ready = client.get("/readyz")
    states = set(Delivery.objects.filter(channel="email").values_list("state", "tries"))
    entry = factories.submitted(world["u.chair"], factories.call(world["officer"]))
    figure("/readyz without the mail gateway", f"{ready.status_code}, {ready.json()['parts']['channels']}")
    assert sent == 0 and states == {(Delivery.State.QUEUED, 0)}, "no message loses a try"
    assert ready.status_code == 200 and "channels" in ready.json()["degraded"] and entry.state == "review"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []
    ChannelState.objects.update(paused_until=days.now())
    while deliveries.route() or deliveries.send_due():
        pass
    got = Counter(letter.to[0] for letter in mail.outbox if letter.subject == "开会")
    figure("mails after it came back", f"{len(got)} people, {sum(got.values())} mails", wanted="20 people, 20 mails")
    assert len(got) == 20 and set(got.values()) == {1}
    assert "channels" not in client.get("/readyz").json()["degraded"]


# ── the clock ──
@pytest.mark.promise("P-DOWN3")
def test_a_clock_that_jumps_by_an_hour_neither_holds_up_nor_repeats(world, figure, monkeypatch):
    tried: Counter = Counter()
    monkeypatch.setitem(jobs.HANDLERS, "test.clock", lambda run: tried.update([run.job.pk]))
    now, officer = days.now(), world["officer"]
    sent, running = (jobs.start("test.clock", officer, "任务") for _n in range(2))
    with days.at(now + HOUR):  # the clock was an hour ahead: one job was sent, one begun, and both got lost
        for _n in range(2):
            Job.objects.filter(pk=sent.pk).update(sent_at=days.now())
        Job.objects.filter(pk=running.pk).update(state=Job.State.RUNNING, beat_at=days.now(), attempts=1)
        with once("test.hourly", f"{days.now():%H}") as mine:
            assert mine
    with days.at(now):  # and was set right again
        naive = Job.objects.filter(sent_at__lt=now - jobs.RESEND).count()
        due = {job.pk for job in jobs.due()}
        for pk in due:
            jobs.run(pk)
        assert jobs.due() == []
    with days.at(now + HOUR), once("test.hourly", f"{days.now():%H}") as mine:
        assert not mine, "the hour that comes twice is done once"
    figure("jobs lost while the clock was ahead, sent again at once", len(due & {sent.pk, running.pk}), wanted="2")
    figure("done more than once", sum(n > 1 for n in tried.values()), wanted="0")
    figure("control: found by looking for old marks alone", naive, wanted="0")
    assert due >= {sent.pk, running.pk} and set(tried.values()) == {1}
    assert queues.backlog()["jobs_age"] >= 0 and naive == 0
