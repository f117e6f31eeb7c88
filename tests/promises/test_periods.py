"""P-NOTE4: two beats and a worker killed in the middle; each job of each period is done once."""

import threading
import time
from contextlib import ExitStack

import pytest
from django.db import connection, transaction
from django.db.models import Count

from portal.accounts.models import User
from portal.core import periods
from portal.core.models import Message, PeriodicRun
from portal.core.periods import once
from tests.promises import workers


def rounds(body: str) -> list[int]:
    """How often each (job, period) left a row."""
    found = Message.objects.filter(body=body).values("subject").annotate(n=Count("pk"))
    return list(found.values_list("n", flat=True))


def complete(jobs: int) -> int:
    """How many periods are over."""
    seen = {subject.split()[1] for subject in Message.objects.filter(body="done").values_list("subject", flat=True)}
    return len(seen) - 1


@pytest.mark.services
@pytest.mark.promise("P-NOTE4")
@pytest.mark.django_db(transaction=True)
def test_two_beats_do_each_job_of_each_period_once(figure, full_size, tmp_path, monkeypatch):
    jobs, over = (50, 4) if full_size else (10, 2)
    monkeypatch.setenv("PERIODIC_JOBS", str(jobs))
    monkeypatch.setenv("PERIOD_SECONDS", "9" if full_size else "3")
    User.objects.create(username="periodic", name="定期")
    app = "tests.promises.periodic:app"
    with ExitStack() as stack:
        processes = [workers.worker(tmp_path, name=f"w{n}", app=app) for n in range(3 if full_size else 2)]
        stack.callback(lambda: [workers.kill(process) for process in processes])
        for name in ("one", "two"):
            stack.enter_context(workers.beat(tmp_path / name, app=app))
        workers.until(lambda: complete(jobs) >= 1, 90, "the first period")
        workers.kill(processes[0])
        workers.until(lambda: complete(jobs) >= over, 120, "the other periods")
    periods_seen = sorted({row.split()[1] for row in Message.objects.values_list("subject", flat=True)})
    middle = periods_seen[1:-1]
    whole = [PeriodicRun.objects.filter(period__endswith=f" {period}").count() for period in middle]
    figure("beats, workers, jobs", f"2, {len(processes)}, {jobs}")
    figure("(job, period) pairs asked for", len(rounds("asked")))
    figure("done once", rounds("done").count(1), wanted=str(len(rounds("done"))))
    figure("done more than once", sum(n > 1 for n in rounds("done")), wanted="0")
    figure("control: asked for more than once", sum(n > 1 for n in rounds("asked")), wanted="> 0")
    assert set(rounds("done")) == {1}
    assert max(rounds("asked")) > 1, "the beats asked once only: nothing was proved"
    assert whole and all(n == jobs for n in whole), whole


@pytest.mark.promise("P-NOTE4")
@pytest.mark.django_db(transaction=True)
def test_a_block_that_fails_leaves_no_mark_and_the_next_beat_does_it(figure):
    def attempt(fails: bool) -> bool:
        with once("digest", "2026-11-23") as mine:
            if mine:
                User.objects.create(username="u", name="用户")
            if fails:
                raise OSError
        return mine

    with pytest.raises(OSError):
        attempt(fails=True)
    assert (User.objects.count(), PeriodicRun.objects.count()) == (0, 0)
    assert [attempt(fails=False), attempt(fails=False)] == [True, False]
    figure("effects after one failed run and two others", User.objects.count(), wanted="1")


@pytest.mark.promise("P-NOTE4")
@pytest.mark.django_db(transaction=True)
def test_who_comes_while_another_is_at_it_goes_away_at_once():
    """Two open blocks: the second neither waits nor does it. The control asks the table alone, and both would."""
    second: dict[str, float | bool] = {}

    def other() -> None:
        began = time.monotonic()
        second["control"] = not PeriodicRun.objects.filter(name="slow", period="1").exists()
        with once("slow", 1) as mine:
            second["mine"] = mine
        second["seconds"] = time.monotonic() - began
        connection.close()

    with once("slow", 1) as mine:
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(10)
    assert mine and second["control"] and not second["mine"]
    assert second["seconds"] < 2


@pytest.mark.django_db
def test_old_marks_are_forgotten():
    with transaction.atomic(), once("old", 1):
        pass
    PeriodicRun.objects.update(at="2020-01-01T00:00:00Z")
    with once("new", 1):
        pass
    assert periods.forget() == 1
