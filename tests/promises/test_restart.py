"""P-DOWN2: PostgreSQL killed under people at work; what was acknowledged is there once, and nothing half.

Callers of the API repeat under the same key until they have an answer, people at pages are told to try again, jobs
that ran at that moment are done. Negative controls: the same lost answer without a key; a server that acknowledges
before it has written.
"""

import http.client
import json
import threading
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
import requests
from django.db import OperationalError, connection
from django.db.models import Count

from portal.core import jobs
from portal.core.models import Job, Message, Record
from portal.kit import days
from programs.models import Entry
from tests import factories
from tests.api.calls import Api
from tests.promises import workers
from tests.promises.servers import Person, Postgres, own_postgres, web

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@dataclass
class Caller:
    """A program that repeats an act under its key until it knows how it went. ``told`` are the answers meanwhile."""

    base: str
    secret: str
    told: Counter = field(default_factory=Counter)
    inside: list[str] = field(default_factory=list)

    def act(self, path: str, body: dict, key: str, patience: float = 90) -> dict:
        ends = time.monotonic() + patience
        headers = {"Authorization": f"Bearer {self.secret}", "Idempotency-Key": key}
        while time.monotonic() < ends:
            try:
                answer = requests.post(f"{self.base}/api/v1/{path}", json=body, headers=headers, timeout=30)
            except requests.RequestException:
                self.told["no answer"] += 1
                continue
            self.told[answer.status_code] += 1
            if answer.ok:
                return answer.json()
            if answer.status_code != 503 and "Retry-After" not in answer.headers:
                raise AssertionError(f"{path}: {answer.status_code} {answer.text[:300]}")
            if "Traceback" in answer.text or "psycopg" in answer.text:
                self.inside.append(answer.text[:300])
            time.sleep(0.1)
        raise AssertionError(f"no answer for {path} within {patience:.0f} s")


def work(caller: Caller, body: dict, name: str, acts: int, done: list[tuple[float, int]]) -> None:
    """Start an entry and withdraw it, again and again; ``done`` takes (moment, entry) of what was acknowledged."""
    for n in range(acts):
        entry = caller.act("entries/", body, f"{name}-{n}-start")
        done.append((time.monotonic(), entry["id"]))
        move = {"move": "withdraw", "version": entry["version"], "note": "不报了"}
        caller.act(f"entries/{entry['id']}/moves/", move, f"{name}-{n}-withdraw")
        done.append((time.monotonic(), entry["id"]))


@pytest.mark.promise("P-DOWN2")
def test_killed_five_times_all_that_was_acknowledged_is_there_once(figure, full_size, tmp_path, monkeypatch):
    callers, acts, kills, tasks = (10, 50, 5, 20) if full_size else (3, 6, 1, 3)
    monkeypatch.setenv("API_PER_MINUTE", "100000")
    with ExitStack() as stack:
        postgres = stack.enter_context(own_postgres())
        world = factories.world()
        call, chair = factories.call(world["officer"], places=2000), world["u.chair"]
        body = {"call": call.pk, "category": call.categories.first().key, "member": factories.member(world["u"]).pk}
        base = stack.enter_context(web(tmp_path))
        crew = [workers.worker(tmp_path)]
        stack.callback(lambda: [workers.kill(process) for process in crew])
        stack.enter_context(workers.beat(tmp_path / "beat"))
        people = [Caller(base, Api(chair).secret) for _n in range(callers)]
        reader, seen, over = Person(base, chair), [], threading.Event()
        assert reader.sign_in()
        done: list[tuple[float, int]] = []
        threads = [
            threading.Thread(target=work, args=(one, body, f"caller {n}", acts, done)) for n, one in enumerate(people)
        ]

        def read() -> None:
            while not over.is_set():
                seen.append(reader.get("/entries/"))
                time.sleep(0.05)

        threads.append(threading.Thread(target=read))
        told = [Job.objects.count()]
        for n in range(tasks):
            params = {"users": [chair.user.pk, world["officer"].user.pk], "subject": f"通知 {n}"}
            told.append(jobs.start("core.broadcast", world["officer"], "通知", params).pk)
        for thread in threads:
            thread.start()
        recoveries = [_kill(postgres, done, int(callers * acts * 2 * part / (kills + 1))) for part in
                      range(1, kills + 1)]  # fmt: skip
        for thread in threads[:-1]:
            thread.join()
        over.set()
        threads[-1].join()
        queue = Job.objects.exclude(state=Job.State.DONE)
        workers.until(lambda: not queue.exists(), 60, "the jobs")
        found = _found([entry for _at, entry in done])
        twice = Message.objects.filter(subject__startswith="通知 ").values("user", "key").annotate(n=Count("pk"))
        messages = [row["n"] for row in twice]
    answers = sum((one.told for one in people), Counter())
    again = [page for page in seen if page.status_code == 503]
    figure("callers, acts, kill -9 of the server", f"{callers}, {callers * acts * 2}, {kills}")
    figure("acknowledged acts that are not there", found["lost"], wanted="0")
    figure("acts done twice", found["twice"], wanted="0")
    figure("acts done by half", found["half"], wanted="0")
    figure("answers: try again, or none", answers[503] + answers["no answer"], wanted="> 0")
    figure("pages that said to try again", len(again))
    figure("answers with something of the inside", sum(len(one.inside) for one in people), wanted="0")
    figure("working again after a kill, the longest", max(recoveries), "s", "≤ 30 s")
    figure("jobs done, their messages once each", len(messages), wanted=str(tasks * 2))
    assert found == {"lost": 0, "twice": 0, "half": 0}
    assert len(done) == callers * acts * 2
    assert not any(one.inside for one in people) and set(answers) - {"no answer"} <= {200, 201, 409, 503}
    assert answers[503] + answers["no answer"] > 0, "nobody noticed the kill: nothing was proved"
    assert {page.status_code for page in seen} <= {200, 503}
    assert all("再试一次" in page.text and "Traceback" not in page.text for page in again)
    assert max(recoveries) <= 30
    assert messages == [1] * tasks * 2


def _kill(postgres: Postgres, done: list[tuple[float, int]], after: int) -> float:
    """Kill the server once so many acts were done and start it again; seconds until the next act was acknowledged."""
    workers.until(lambda: len(done) >= after, 120, f"{after} acts")
    postgres.kill()
    began = time.monotonic()
    time.sleep(0.5)
    postgres.up()
    connection.close()
    workers.until(lambda: done[-1][0] > began, 60, "the next act")
    return time.monotonic() - began


def _found(acknowledged: list[int]) -> dict[str, int]:
    """What the database says: entries nobody was told of or that are missing, doubles, acts without their record."""
    entries = dict(Entry.objects.values_list("pk", "state"))
    acts = Counter(Record.objects.filter(act__startswith="entry.").values_list("act", "target_id"))
    told = set(acknowledged)
    half = sum(
        (acts["entry.start", pk], acts["entry.withdraw", pk]) != (1, int(state == "withdrawn"))
        for pk, state in entries.items()
    )
    withdrawn = {pk for pk, state in entries.items() if state == "withdrawn"}
    return {
        "lost": len(told - withdrawn),
        "twice": len(entries.keys() - told) + sum(n > 1 for n in acts.values()),
        "half": half,
    }


@pytest.mark.promise("P-DOWN2")
def test_the_control_a_lost_answer_without_a_key_is_done_twice(figure, tmp_path):
    """The caller goes away before the answer and asks again: with its key one entry, without it two."""
    world = factories.world()
    call, person = factories.call(world["officer"]), factories.member(world["u"])
    body = json.dumps({"call": call.pk, "category": call.categories.first().key, "member": person.pk})
    headers = {"Authorization": f"Bearer {Api(world['u.chair']).secret}", "Content-Type": "application/json"}
    made = {}
    with web(tmp_path) as base:
        for name, more in (("with", {"Idempotency-Key": "one"}), ("without", {})):
            before = Entry.objects.count()
            lost = http.client.HTTPConnection(base.removeprefix("http://"), timeout=30)
            lost.request("POST", "/api/v1/entries/", body, {**headers, **more})
            workers.until(lambda was=before: Entry.objects.count() > was, 60, "the first act")
            lost.close()
            again = requests.post(f"{base}/api/v1/entries/", body, headers={**headers, **more}, timeout=30)
            assert again.status_code == 201
            made[name] = Entry.objects.count() - before
    figure("entries after a lost answer, with the key", made["with"], wanted="1")
    figure("control: without it", made["without"], wanted="2")
    assert made == {"with": 1, "without": 2}


@pytest.mark.promise("P-DOWN2")
def test_the_control_a_server_that_answers_before_it_wrote_loses_acts(figure):
    """What durable commits are for: with ``synchronous_commit`` off the same kill loses what was acknowledged."""
    kept = {}
    with own_postgres() as postgres:
        for name in ("on", "off"):
            postgres.source.sql(f"ALTER SYSTEM SET synchronous_commit = {name};")
            postgres.source.sql("ALTER SYSTEM SET wal_writer_delay = '10s';")
            postgres.source.sql("SELECT pg_reload_conf();")
            connection.close()
            workers.until(lambda wanted=name: _setting() == wanted, 30, "the setting")
            factories.user(username=f"kept-{name}")
            postgres.kill()
            postgres.up()
            connection.close()
            kept[name] = int(
                postgres.source.value(f"SELECT count(*) FROM accounts_user WHERE username = 'kept-{name}'")
            )
    figure("acknowledged and there after kill -9", kept["on"], wanted="1")
    figure("control: without durable commits", kept["off"], wanted="0")
    assert kept == {"on": 1, "off": 0}


@pytest.mark.promise("P-DOWN2")
def test_a_job_that_the_outage_interrupted_is_done_again(figure, monkeypatch):
    """Not given up as failed, as an error of our own would be (the control)."""
    tried: Counter = Counter()

    def handler(run: jobs.JobRun) -> None:
        tried[run.params["error"]] += 1
        if tried[run.params["error"]] == 1:
            raise {"away": OperationalError, "ours": ArithmeticError}[run.params["error"]]

    monkeypatch.setitem(jobs.HANDLERS, "test.outage", handler)
    officer = factories.world()["officer"]
    away, ours = (jobs.start("test.outage", officer, "任务", {"error": error}) for error in ("away", "ours"))
    for job in (away, ours):
        assert jobs.run(job.pk)
    Job.objects.filter(pk=away.pk).update(beat_at=days.now() - jobs.HEARTBEAT * 2)
    for job in jobs.due():
        jobs.run(job.pk)
    states = [Job.objects.get(pk=job.pk).state for job in (away, ours)]
    figure("job interrupted by the outage", states[0], wanted="done")
    figure("control: a job with an error of its own", states[1], wanted="failed")
    assert states == [Job.State.DONE, Job.State.FAILED] and tried == {"away": 2, "ours": 1}


def _setting() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        return cursor.fetchone()[0]
