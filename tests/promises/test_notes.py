"""P-NOTE1: everybody is told once, though the worker is killed three times while it tells them."""

import time

import pytest
from django.db.models import Count

from portal.accounts.models import User
from portal.core import jobs, outbox
from portal.core.actor import Actor
from portal.core.models import Job, Message
from tests.promises import workers

PART = 5
WITHIN = 180


def told() -> int:
    return Message.objects.count()


def all_done() -> bool:
    return not Job.objects.exclude(state=Job.State.DONE).exists()


@pytest.mark.services
@pytest.mark.promise("P-NOTE1")
@pytest.mark.django_db(transaction=True)
def test_each_is_told_once_though_the_worker_is_killed_three_times(figure, full_size, tmp_path):
    people = 1000 if full_size else 300
    User.objects.bulk_create([User(username=f"p{n}", name=f"收信人{n}") for n in range(people)])
    ids = list(User.objects.order_by("id").values_list("pk", flat=True))
    owner = Actor(User.objects.get(username="p0"))
    for start in range(0, people, PART):
        jobs.start("core.broadcast", owner, "通知", {"users": ids[start : start + PART], "subject": "开会"})
    kills: list[int] = []
    with workers.beat(tmp_path):
        process = workers.worker(tmp_path)
        try:
            for part in (0.25, 0.5, 0.75):
                wanted = int(people * part)
                while told() < wanted and process.poll() is None:
                    time.sleep(0.005)
                workers.kill(process)
                kills.append(told())
                last = time.monotonic()
                process = workers.worker(tmp_path)
            workers.until(lambda: told() >= people, WITHIN, "telling all")
            seconds = time.monotonic() - last
            workers.until(all_done, WITHIN, "the end of all jobs")
        finally:
            workers.kill(process)
    doubled = Message.objects.values("user").annotate(n=Count("pk")).filter(n__gt=1).count()
    figure("recipients", people)
    figure("worker killed -9 after", " / ".join(map(str, kills)), "told")
    figure("jobs interrupted and done again", Job.objects.filter(attempts__gt=1).count())
    figure("reached", told(), wanted=str(people))
    figure("told twice", doubled, wanted="0")
    figure("all reached after the last kill", seconds, "s", "≤ 60 s")
    assert kills[0] < kills[1] < kills[2] < people, "killed while it was telling"
    assert (told(), doubled) == (people, 0)
    assert seconds <= 60


@pytest.mark.promise("P-NOTE1")
def test_the_control_without_the_key_a_repeat_tells_twice(db, figure):
    person = User.objects.create(username="p", name="收信人")
    for _try in range(2):
        outbox.tell_ids([person.pk], "开会", key="job-1-told")
    assert told() == 1
    for attempt in range(2):
        outbox.tell_ids([person.pk], "开会", key=f"job-1-attempt-{attempt}")
    figure("control: messages after two runs without the key", told() - 1, wanted="2")
    assert told() == 3
