"""Inbox, background work, working days, health: the pages of the ground floor."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.core import files, health, jobs, outbox
from portal.core.actor import Actor
from portal.core.models import DayOverride, Job, Message, Record
from portal.kit import days


@pytest.fixture
def chair(world) -> Actor:
    return world["a1.chair"]


# ── messages ──
def test_the_inbox_shows_only_my_own_and_counts(world, chair, sign_in):
    outbox.tell([chair.user], "给我的", url="/days/", key="1")
    outbox.tell([world["b1.chair"].user], "给别人的", key="2")
    page = sign_in(chair).get(reverse("core:messages")).content.decode()
    assert "给我的" in page
    assert "给别人的" not in page
    assert "1 条没读" in page


def test_opening_marks_read_and_leads_on(world, chair, sign_in):
    outbox.tell([chair.user], "去看工作日", url="/days/", key="1")
    outbox.tell([chair.user], "只有字", body="第一行", key="2")
    outbox.tell([chair.user], "外面", body="正文", url="https://elsewhere.example/", key="3")
    here, text, outside = Message.objects.order_by("id")
    client = sign_in(chair)
    assert client.get(reverse("core:message", args=[here.pk])).url == "/days/"
    assert "第一行" in client.get(reverse("core:message", args=[text.pk])).content.decode()
    assert client.get(reverse("core:message", args=[outside.pk])).status_code == 200, "never out of the house"
    assert not Message.objects.filter(read_at__isnull=True).exists()


def test_all_read_touches_only_mine(world, chair, sign_in):
    outbox.tell([chair.user, world["b1.chair"].user], "同一件", key="1")
    sign_in(chair).post(reverse("core:messages_read"))
    assert list(Message.objects.filter(read_at__isnull=True).values_list("user", flat=True)) == [
        world["b1.chair"].user.pk
    ]


def test_the_inbox_costs_the_same_for_one_and_for_twenty(chair, sign_in):
    client, url = sign_in(chair), reverse("core:messages")
    outbox.tell([chair.user], "一", key="0")
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    for n in range(20):
        outbox.tell([chair.user], f"第 {n}", key=f"k{n}")
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(one) == len(many)


# ── jobs ──
def test_a_job_page_asks_again_until_it_is_done(chair, sign_in):
    job = jobs.start("core.broadcast", chair, "告诉大家", {"users": [chair.user.pk], "subject": "好"})
    client, card = sign_in(chair), reverse("core:job_card", args=[job.pk])
    page = client.get(reverse("core:job", args=[job.pk])).content.decode()
    assert f'hx-get="{card}"' in page
    assert "HX-Refresh" not in client.get(card).headers
    assert jobs.run(job.pk)
    done = client.get(card)
    assert done.headers["HX-Refresh"] == "true"
    assert "hx-get" not in done.content.decode()
    assert Message.objects.filter(user=chair.user, subject="好").count() == 1


def test_cancelling_stops_what_has_not_begun(chair, sign_in):
    job = jobs.start("core.broadcast", chair, "告诉大家", {"users": [chair.user.pk], "subject": "好"})
    sign_in(chair).post(reverse("core:job_cancel", args=[job.pk]))
    assert Job.objects.get().state == Job.State.CANCELLED
    assert not jobs.run(job.pk)
    assert Record.objects.filter(act="job.cancel", by=chair.user).exists()


def test_the_result_is_for_its_owner_in_the_post_of_then(world, chair, sign_in):
    job = jobs.start("core.broadcast", chair, "导出")
    Job.objects.filter(pk=job.pk).update(state="done", file=files.keep(b"PK", "名单.xlsx", "application/x", chair))
    url = reverse("core:job_file", args=[job.pk])
    client = sign_in(chair)
    answer = client.get(url)
    assert b"".join(answer.streaming_content) == b"PK"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert Record.objects.filter(act="job.download").count() == 1
    chair.post.until = timezone.localdate() - datetime.timedelta(days=1)
    chair.post.save()
    assert client.get(url).status_code == 404
    assert sign_in(world["b1.chair"]).get(url).status_code == 404


def test_a_handler_that_lost_its_job_stops_and_leaves_the_row_alone(chair):
    job = jobs.start("core.broadcast", chair, "慢", {"users": [chair.user.pk], "subject": "好"})
    seen = []

    def slow(run: jobs.JobRun) -> None:
        Job.objects.filter(pk=job.pk).update(attempts=7)  # another worker took it over
        run.progress(1, 2, force=True)
        seen.append("went on")

    jobs.HANDLERS["test.slow"] = slow
    Job.objects.filter(pk=job.pk).update(kind="test.slow")
    assert jobs.run(job.pk)
    assert not seen
    assert Job.objects.get().state == Job.State.RUNNING


def test_long_work_is_told_when_it_ends(chair):
    job = jobs.start("test.long", chair, "很长的导入")

    def long(run: jobs.JobRun) -> None:
        Job.objects.filter(pk=job.pk).update(started_at=timezone.now() - datetime.timedelta(minutes=1))
        run.job.started_at = timezone.now() - datetime.timedelta(minutes=1)

    jobs.HANDLERS["test.long"] = long
    jobs.run(job.pk)
    told = Message.objects.get()
    assert (told.user, told.url) == (chair.user, reverse("core:job", args=[job.pk]))


def test_a_job_in_a_post_that_ended_does_nothing(world, chair):
    job = jobs.start("core.export", chair, "导出", {"resource": "member", "listing": "none"})
    chair.post.until = timezone.localdate() - datetime.timedelta(days=1)
    chair.post.save()
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == (Job.State.FAILED, "你已经不在发起这个任务时的岗位上")


# ── working days ──
def test_the_city_settles_a_day_and_takes_it_back(world, sign_in):
    client = sign_in(world["officer"])
    day = days.today() + datetime.timedelta(days=9)
    answer = client.post(reverse("core:day_add"), {"day": day, "works": "0", "reason": "市府办通知"})
    assert answer.status_code == 302
    row = DayOverride.objects.get()
    assert (row.works, row.reason) == (False, "市府办通知")
    assert "市府办通知" in client.get(reverse("core:days")).content.decode()
    client.post(reverse("core:day_remove", args=[row.pk]))
    assert not DayOverride.objects.exists()
    assert [r.act for r in Record.objects.order_by("id") if r.act.startswith("calendar")] == [
        "calendar.override",
        "calendar.remove",
    ]


def test_a_year_without_data_says_so(world, sign_in):
    with days.at(datetime.datetime(2031, 3, 1, 9, tzinfo=days.SHANGHAI)):
        page = sign_in(world["a1.chair"]).get(reverse("core:days")).content.decode()
    assert "2031、2032 年的放假安排还没有，先按周一到周五算" in page


def test_a_district_does_not_settle_days(world, sign_in):
    client = sign_in(world["a.officer"])
    assert client.get(reverse("core:days")).status_code == 200
    assert client.get(reverse("core:day_add")).status_code == 404
    row = DayOverride.objects.create(day=days.today(), works=True, reason="x")
    assert client.post(reverse("core:day_remove", args=[row.pk])).status_code == 404
    assert DayOverride.objects.exists()


# ── health ──
def test_alive_without_a_query(client, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        assert client.get("/healthz").json() == {"alive": True}


def test_ready_names_what_is_degraded(client, db):
    health.pulse("worker")
    body = client.get("/readyz").json()
    assert body["parts"]["database"] == body["parts"]["cache"] == body["parts"]["broker"] == "ok"
    assert body["parts"]["worker"] == "ok"
    assert body["ready"] is True
    assert "documents" in body["degraded"]


def test_a_silent_worker_and_a_dead_broker_degrade_but_do_not_stop(client, db, settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    health.cache.set("pulse:worker", 0, 60)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert {"broker", "worker"} <= set(answer.json()["degraded"])
