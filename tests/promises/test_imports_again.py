"""P-IMP2: a roster of 6,000 rows is quick, and safe to repeat, to break off and to take up again.

Everything through a real worker and the relay. Negative control: with another key than the document's number the second
upload would double the roster, and a commit that is not one transaction leaves rows when its worker is killed.
"""

import contextlib

import pytest
from django.db import transaction

from portal.core.jobs import HEARTBEAT
from portal.core.models import Job, Record
from portal.kit import crypto, days
from portal.registry.imports import batches, committing
from portal.registry.models import Member
from tests.promises import workers
from tests.promises.test_imports import _idle, _state, _under_way, _upload, counts, many
from tests.registry.rosters import commit, person, send, workbook

pytestmark = [pytest.mark.promise("P-IMP2"), pytest.mark.django_db(transaction=True)]
SECONDS = 20


@pytest.mark.services
def test_six_thousand_rows_crash_resume_and_the_same_file_again(world, figure, full_size, tmp_path):
    size = 6_000 if full_size else 1_500
    officer, content, before = world["a.officer"], many(size, world), counts()
    with workers.beat(tmp_path):
        process = workers.worker(tmp_path)
        try:
            batch = _upload(officer, content)
            checked = workers.until(lambda: _state(batch) == "checked", 120, "the check")
            workers.until(_idle, 60, "the end of the check")
            batch.refresh_from_db()
            batches.start_commit(officer, batch.pk, batch.version, skip_wrong=False)
            workers.until(_under_way, 60, "the commit under way")
            workers.kill(process)
            crashed = counts()[0] - before[0]
            process = workers.worker(tmp_path)
            # twenty seconds without a heartbeat, without waiting for them
            Job.objects.filter(state="running").update(done=0, beat_at=days.now() - 2 * HEARTBEAT)
            resumed = workers.until(lambda: _state(batch) == "committed", 120, "the commit by the next worker")
            workers.until(_idle, 60, "the end of the job")
            records = Record.objects.filter(act__in=["member.add", "member.import"]).count()
            again = _upload(officer, content)
            workers.until(lambda: _state(again) == "checked", 120, "the second check")
            workers.until(_idle, 60, "the end of the second check")
            again.refresh_from_db()
            batches.start_commit(officer, again.pk, again.version, skip_wrong=False)
            workers.until(lambda: _state(again) == "committed", 120, "the second commit")
        finally:
            workers.kill(process)
    again.refresh_from_db()
    figure("rows", size, wanted="6,000" if full_size else "")
    figure("check and commit, after the crash", checked + resumed, "s", wanted=f"< {SECONDS} s")
    figure("rows when the worker was killed", crashed, wanted="0 or all")
    figure("rows after it was taken up again", counts()[0] - before[0], wanted=str(size))
    figure("rows that the second upload would change", size - again.summary["same"], wanted="0")
    figure("rows that the second commit wrote", again.summary["written"], wanted="0")
    assert crashed in (0, size)
    assert counts() == (before[0] + size, before[1] + size)
    assert (again.summary["same"], again.summary["written"]) == (size, 0)
    assert Record.objects.filter(act__in=["member.add", "member.import"]).count() == records
    assert not full_size or checked + resumed < SECONDS


@pytest.mark.services
def test_control_without_the_one_transaction_a_kill_leaves_rows(world, figure, tmp_path, monkeypatch):
    """The same commit, each chunk on its own: what was written before the break stays."""

    class Cut(Exception):
        pass

    officer = world["a.officer"]
    batch, before = send(officer, many(40, world)), counts()
    written, keep = [], committing._keep_way_back

    def dies(lines) -> None:
        keep(lines)
        written.append(len(lines))
        transaction.commit()
        raise Cut

    class Loose(contextlib.AbstractContextManager):
        def __enter__(self):
            transaction.set_autocommit(False)

        def __exit__(self, *_error):
            transaction.rollback()
            transaction.set_autocommit(True)

    monkeypatch.setattr(committing, "_keep_way_back", dies)
    scope = batches.Scope(officer, batch.organization, days.today(), {}, lock=True)
    with pytest.raises(Cut), Loose():
        committing._write_all(batch, batches.importer("members"), scope, _Silent())
    left = counts()[0] - before[0]
    figure("control: rows left without the one transaction", left, wanted="> 0")
    assert left == written[0] > 0


class _Silent:
    def add(self, count: int) -> None:
        """No progress: there is no job."""


def test_control_with_another_key_the_second_upload_doubles_the_roster(world, figure, monkeypatch):
    """Who somebody is hangs on the blind index of the document: with a salt of its own each time, nobody is known."""
    officer, rows = world["a.officer"], [person(n, world["a1"], name="王二甲") for n in range(3)]
    commit(officer, send(officer, workbook(rows)))
    real = crypto._blind
    monkeypatch.setattr(crypto, "_blind", lambda value, *rest: real(f"{value}·", *rest))
    again = send(officer, workbook(rows))
    figure("control: rows that are not the same by another key", 3 - again.summary["same"], wanted="> 0")
    assert again.summary["same"] == 0
    assert Member.objects.filter(name="王二甲").count() == 3
