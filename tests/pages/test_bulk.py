"""One move over many entries: frozen, weighed, made once, said row by row, taken back where nobody has acted since."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.core import jobs
from portal.core.models import Job, Record
from portal.kit.refusal import Refused
from programs import tasks
from programs.actions import bulk
from programs.actions.moves import make_move
from programs.actions.ranking import save_order
from programs.models import BulkMove, BulkRow, Entry
from programs.queries.ranking import state_of
from programs.spec import State
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = "optional"


@pytest.fixture
def call(world):
    return factories.call(world["officer"], places=9)


def url(name: str, *args) -> str:
    return reverse(f"programs:{name}", args=args)


def text(response) -> str:
    return response.content.decode()


def states(rows) -> list[str]:
    return list(Entry.objects.filter(pk__in=[one.pk for one in rows]).order_by("pk").values_list("state", flat=True))


def chosen(by, rows) -> BulkMove:
    return bulk.choose(by, Entry.objects.filter(pk__in=[one.pk for one in rows]).order_by("pk"), "entries")


def many(world, call, n: int) -> list[Entry]:
    """Entries on the owner's desk, copied: the checks of a proposal look at each."""
    first = factories.submitted(world["u.chair"], call)
    rows = [first]
    for _n in range(n - 1):
        rows.append(factories.submitted(world["v.chair" if _n % 2 else "u.chair"], call))
    return rows


def test_ticked_rows_are_weighed_made_and_told_row_by_row(world, call, sign_in):
    rows = many(world, call, 3)
    below = factories.submitted(world["a1.chair"], call)
    client = sign_in(world["officer"])
    assert "一起办" in text(client.get(url("entries")))
    answer = client.post(url("bulk_entries"), {"pk": [one.pk for one in [*rows, below]]})
    run = BulkMove.objects.get()
    assert answer.url == run.get_absolute_url()
    page = text(client.get(answer.url))
    assert "选了 4 件" in page and "列入拟定名单" in page
    client.post(url("bulk_weigh", run.pk), {"move": "propose"})
    page = text(client.get(answer.url))
    assert "4 件里能办 3 件" in page
    assert "现在在甲区" in page, "the reason stands beside the row"
    assert states(rows) == ["review"] * 3, "a dry run changes nothing"
    client.post(url("bulk_start", run.pk))
    client.post(url("bulk_start", run.pk))
    assert states(rows) == ["shortlist"] * 3
    assert states([below]) == ["review"]
    page = text(client.get(answer.url))
    assert "办了 3 件" in page and "1 件没动" in page
    assert Record.objects.filter(act="entry.propose").count() == 3, "pressed twice, moved once"
    sheet = client.get(answer.url + "?export=xlsx")
    assert sheet["Content-Type"].startswith("application/vnd.openxmlformats")
    only = text(client.get(answer.url + "?view=left"))
    assert below.subject in only and rows[0].subject not in only


def test_all_that_the_filter_finds_is_frozen_and_what_comes_later_is_said(world, call, sign_in):
    rows = many(world, call, 2)
    client = sign_in(world["officer"])
    client.post(url("bulk_entries") + f"?call={call.pk}", {"all": "1"})
    run = BulkMove.objects.get()
    late = factories.submitted(world["u.chair"], call)
    page = text(client.get(run.get_absolute_url()))
    assert "选的时候符合条件的是 2 件，现在是 3 件" in page
    bulk.weigh(world["officer"], run.pk, "propose")
    bulk.begin(world["officer"], run.pk)
    assert states(rows) == ["shortlist"] * 2
    assert states([late]) == ["review"]


def test_an_entry_that_changed_meanwhile_is_not_moved(world, call):
    rows = many(world, call, 3)
    run = chosen(world["officer"], rows)
    make_move(rows[0].pk, "reserve", by=world["officer"])
    bulk.weigh(world["officer"], run.pk, "propose")
    assert run.rows.get(entry=rows[0]).outcome == "wont"
    make_move(rows[1].pk, "return", by=world["officer"], note="改")
    bulk.begin(world["officer"], run.pk)
    assert states(rows) == ["reserve", "returned", "shortlist"]
    told = run.rows.get(entry=rows[1])
    assert told.outcome == "refused" and "刚改过" in told.reason


def test_a_place_too_few_stops_the_rows_after_it(world):
    call = factories.call(world["officer"], places=2)
    rows = [factories.submitted(world["a1.chair"], call) for _n in range(3)]
    run = chosen(world["a.officer"], rows)
    bulk.weigh(world["a.officer"], run.pk, "forward")
    bulk.begin(world["a.officer"], run.pk)
    assert sorted(run.rows.values_list("outcome", flat=True)) == ["moved", "moved", "refused"]
    refused = run.rows.get(outcome="refused")
    assert refused.why == "名额" and "多 1 个" in refused.reason


def test_a_reason_is_asked_for_where_the_move_wants_one(world, call, sign_in):
    rows = many(world, call, 2)
    client = sign_in(world["officer"])
    run = chosen(world["officer"], rows)
    bulk.weigh(world["officer"], run.pk, "return")
    answer = client.post(url("bulk_start", run.pk), {"note": " "})
    assert answer.status_code == 422 and "请写明理由" in text(answer)
    client.post(url("bulk_start", run.pk), {"note": "表格换了新版，请重填。"})
    assert states(rows) == ["returned"] * 2
    assert Entry.objects.get(pk=rows[0].pk).flags["note"] == "表格换了新版，请重填。"


@pytest.mark.parametrize(
    ("who", "make", "desk"),
    [("officer", "propose", "city"), ("officer", "reserve", "city"), ("officer", "return", "city"),
     ("a.officer", "forward", "a")],
)  # fmt: skip
def test_a_run_is_taken_back_where_nobody_has_touched_the_entry(world, call, who, make, desk):
    unit = "a1.chair" if who == "a.officer" else "u.chair"
    rows = [factories.submitted(world[unit], call) for _n in range(3)]
    run = chosen(world[who], rows)
    bulk.weigh(world[who], run.pk, make)
    bulk.begin(world[who], run.pk, note="理由")
    run.refresh_from_db()
    assert run.rows.filter(outcome="moved").count() == 3
    back = bulk.undo(world[who], run.pk)
    assert bulk.undo(world[who], run.pk) == back, "a second press finds the first"
    if make == "forward":
        make_move(rows[0].pk, "reserve", by=world["officer"])
    bulk.begin(world[who], back.pk)
    left = rows[1:] if make == "forward" else rows
    assert states(left) == ["review"] * len(left)
    assert set(Entry.objects.filter(pk__in=[one.pk for one in left]).values_list("desk", flat=True)) == {world[desk].pk}
    if make == "forward":
        assert states(rows[:1]) == ["reserve"], "what the level above has acted on stays"
        assert "刚改过" in back.rows.get(entry=rows[0]).reason


def test_what_was_refused_for_good_cannot_be_taken_back(world, call, sign_in):
    rows = many(world, call, 1)
    run = chosen(world["officer"], rows)
    bulk.weigh(world["officer"], run.pk, "refuse")
    assert "这一步办了不能撤回" in text(sign_in(world["officer"]).get(run.get_absolute_url()))
    bulk.begin(world["officer"], run.pk, note="名额有限")
    with pytest.raises(Refused, match="不能撤回"):
        bulk.undo(world["officer"], run.pk)


def test_nobody_takes_back_the_next_levels_act_by_hand(world, call):
    """The ways back have no button: ``recall`` is made by an undo alone, and only by the desk that passed it on."""
    entry = factories.submitted(world["a1.chair"], call)
    make_move(entry.pk, "forward", by=world["a.officer"])
    with pytest.raises(Refused):
        make_move(entry.pk, "recall", by=world["a.officer"])
    with pytest.raises(Refused):
        make_move(entry.pk, "recall", by=world["officer"], through="undo")


def test_a_killed_worker_goes_on_and_moves_nothing_twice(world, call, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    rows = many(world, call, 5)
    run = chosen(world["officer"], rows)
    bulk.weigh(world["officer"], run.pk, "propose")
    _work("programs.bulk_weigh")
    run = bulk.begin(world["officer"], run.pk)
    assert run.job is not None

    class Killed(BaseException):
        pass

    class Dies(jobs.JobRun):
        def progress(self, done: int, total: int, text: str = "", force: bool = False) -> None:
            if done == 2:
                raise Killed

    with pytest.raises(Killed):
        tasks.bulk_make(Dies(run.job))
    assert run.rows.filter(outcome="moved").count() == 2
    _work("programs.bulk_make")
    tasks.bulk_make(jobs.JobRun(run.job))
    run.refresh_from_db()
    assert run.state == "made" and run.rows.filter(outcome="moved").count() == 5
    assert Record.objects.filter(act="entry.propose").count() == 5
    assert Record.objects.filter(act="entry.refused").count() == 0


def test_the_control_without_the_mark_in_the_moves_transaction_a_repeat_is_refused_not_done(world, call):
    """What holds a second move off is the row's mark; without it the entry's own version still does."""
    rows = many(world, call, 1)
    run = chosen(world["officer"], rows)
    bulk.weigh(world["officer"], run.pk, "propose")
    bulk.begin(world["officer"], run.pk)
    run.rows.update(outcome="will", after=None)
    bulk.make_rows(world["officer"], run.pk)
    assert run.rows.get().outcome == "refused", "the control must see the difference"


def _work(kind: str) -> Job:
    job = Job.objects.filter(kind=kind).latest("pk")
    assert jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.error
    return job


def test_a_stopped_run_is_resumed_from_its_page(world, call, sign_in, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    rows = many(world, call, 3)
    run = chosen(world["officer"], rows)
    bulk.weigh(world["officer"], run.pk, "propose")
    _work("programs.bulk_weigh")
    run = bulk.begin(world["officer"], run.pk)
    jobs.cancel(run.job)
    client = sign_in(world["officer"])
    page = text(client.get(run.get_absolute_url()))
    assert "停下来了，还有 3 件没办" in page
    client.post(url("bulk_resume", run.pk))
    client.post(url("bulk_resume", run.pk))
    assert Job.objects.filter(kind="programs.bulk_make").count() == 2, "one stopped, one new, none for the second press"
    _work("programs.bulk_make")
    assert states(rows) == ["shortlist"] * 3


def test_another_post_of_the_same_person_sees_nothing_of_it(world, call, sign_in):
    run = chosen(world["officer"], many(world, call, 1))
    other = factories.post("officer", world["a"], world["officer"].user)
    assert sign_in(other).get(run.get_absolute_url()).status_code == 404
    assert sign_in(world["leader"]).get(run.get_absolute_url()).status_code == 404


def test_the_page_costs_the_same_for_one_row_and_many(world, call, sign_in):
    client = sign_in(world["officer"])
    costs = []
    rows = many(world, call, 6)
    for part in (rows[:1], rows[1:]):
        run = chosen(world["officer"], part)
        with CaptureQueriesContext(connection) as asked:
            client.get(run.get_absolute_url())
        bulk.weigh(world["officer"], run.pk, "propose")
        with CaptureQueriesContext(connection) as weighed:
            client.get(run.get_absolute_url())
        costs.append((len(asked), len(weighed)))
    assert costs[0] == costs[1]


def test_the_database_keeps_a_row_once(world, call):
    rows = many(world, call, 1)
    run = chosen(world["officer"], rows)
    with pytest.raises(Exception, match="bulk_row_once"), transaction.atomic():
        BulkRow.objects.create(run=run, entry=rows[0], version=1)


def test_too_many_and_none_are_said(world, call, sign_in, monkeypatch):
    client = sign_in(world["officer"])
    page = text(client.post(url("bulk_entries"), {}, follow=True))
    assert "还没有选" in page
    many(world, call, 2)
    monkeypatch.setattr(bulk, "LIMIT", 1)
    assert "一次最多办 1 件" in text(client.post(url("bulk_entries"), {"all": "1"}, follow=True))


def test_ranks_are_a_change_too(world, call):
    entry = factories.submitted(world["a1.chair"], call)
    run = chosen(world["a.officer"], [entry])
    save_order(world["a.officer"], call.pk, {entry.category_id: [entry.pk]}, {entry.category_id: state_of([entry])})
    bulk.weigh(world["a.officer"], run.pk, "forward")
    assert run.rows.get().outcome == "wont"
    assert Entry.objects.get(pk=entry.pk).state == State.REVIEW
