"""P-DOWN1: Redis stopped under people at work, over HTTP; all is accepted, and done when it is back."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import requests
from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

from portal.core import jobs, queues
from portal.core.models import Job, Message
from portal.ops.places import free_port
from programs.models import Entry
from tests import factories
from tests.promises import workers
from tests.promises.servers import Person, Valkey, web


@pytest.fixture
def broker(tmp_path, monkeypatch) -> Iterator[Valkey]:
    made = Valkey(free_port(), tmp_path)
    made.up()
    monkeypatch.setattr(workers, "_BROKER", 0)
    monkeypatch.setattr(settings, "REDIS_URL", made.url)
    try:
        yield made
    finally:
        made.down()


@pytest.mark.services
@pytest.mark.promise("P-DOWN1")
@pytest.mark.django_db(transaction=True)
def test_without_redis_all_is_accepted_and_done_when_it_is_back(broker, figure, full_size, tmp_path, monkeypatch):
    away, users = (120.0, 20) if full_size else (4.0, 3)
    monkeypatch.setenv("MAIL_PER_MINUTE", "0")
    world = factories.world()
    call = factories.call(world["officer"], places=200)
    crowd: list[Person] = []
    schools = [world[key] for key in ("u.chair", "v.chair")]
    with ExitStack() as stack:
        base = stack.enter_context(web(tmp_path))
        crew = [workers.worker(tmp_path)]
        stack.callback(lambda: [workers.kill(process) for process in crew])
        stack.enter_context(workers.beat(tmp_path / "beat"))
        workers.until(lambda: not queues.backlog()["messages"], 60, "the worker's first round")
        entries = [factories.draft(schools[n % 2], call) for n in range(users)]
        broker.down()
        began, problems, done = time.monotonic(), [], Counter()

        def work(n: int) -> None:
            try:
                person = Person(base, schools[n % 2])
                crowd.append(person)
                entered = person.sign_in()
                done["signed in"] += entered
                entry = entries[n]
                person.post(f"/entries/{entry.pk}/move/submit/", version=str(entry.version))
                while time.monotonic() - began < away:
                    for path in ("/", "/messages/", "/jobs/"):
                        person.get(path)
            except Exception as problem:  # noqa: BLE001 # told to the test below
                problems.append(repr(problem))

        threads = [threading.Thread(target=work, args=(n,)) for n in range(users)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        job = jobs.start("core.broadcast", schools[0], "通知", {"users": [schools[1].user.pk], "subject": "开会"})
        assert Job.objects.get(pk=job.pk).state == Job.State.QUEUED
        ready = requests.get(f"{base}/readyz", timeout=10)
        officer = Person(base, world["officer"])
        assert officer.sign_in()
        officer.post(
            f"/entries/{entries[0].pk}/move/propose/", version=str(Entry.objects.get(pk=entries[0].pk).version)
        )
        exported = officer.get("/organizations/?export=xlsx").status_code
        crowd.append(officer)
        guesses = Person(base, world["a.officer"])
        refused = [guesses.sign_in("wrong") for _ in range(12)]
        broker.up()
        seconds = workers.until(
            lambda: Job.objects.get(pk=job.pk).state == Job.State.DONE
            and not Message.objects.filter(routed=False).exists(),
            90, "the queue to empty",
        )  # fmt: skip
        last_guess = guesses.sign_in()
    states = Counter(Entry.objects.filter(pk__in=[entry.pk for entry in entries]).values_list("state", flat=True))
    answers = sum((person.seen for person in crowd), Counter())
    broken = sum(count for status, count in answers.items() if status >= 500)
    figure("users, seconds without Redis", f"{users}, {away:.0f}")
    figure("answers meanwhile", sum(answers.values()), wanted="> 10")
    figure("answers 5xx", broken, wanted="0")
    figure("signed in", done["signed in"], wanted=str(users))
    figure("entries handed in, one of them put on the slate", sum(states.values()) - states["draft"], wanted=str(users))
    figure("queue empty after the return", seconds, "s", "≤ 60 s")
    figure("degraded meanwhile", ", ".join(ready.json()["degraded"]))
    assert (problems, broken) == ([], 0)
    assert done["signed in"] == users and states["draft"] == 0 and states["shortlist"] == 1 and exported in (200, 302)
    assert ready.status_code == 200 and {"broker", "cache"} <= set(ready.json()["degraded"])
    assert not any(refused) and not last_guess, "twelve wrong passwords without Redis are counted too"
    assert seconds <= 60


@pytest.mark.promise("P-DOWN1")
def test_the_control_a_plain_cache_breaks_where_ours_misses(figure, settings):
    dead = {"LOCATION": "redis://127.0.0.1:9/0", "OPTIONS": {"socket_connect_timeout": 0.5}}
    settings.CACHES = {"default": {"BACKEND": "portal.core.cache.ResilientCache", **dead}}
    assert cache.get("x", "missed") == "missed"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", **dead}}
    with pytest.raises(RedisError):
        cache.get("x")
    figure("control: a plain cache without Redis raises", 1, wanted="1")
