"""The order of an endorsing level: saved as a whole, each number once, never over what has changed meanwhile."""

import threading

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.core.models import Record
from portal.kit.refusal import Refused
from programs.actions.moves import make_move
from programs.actions.ranking import save_order
from programs.models import Entry
from programs.queries import ranking
from tests import factories


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = "optional"


@pytest.fixture
def call(world):
    return factories.call(world["officer"], places=9)


@pytest.fixture
def rows(world, call) -> list[Entry]:
    return [factories.submitted(world[key], call) for key in ("a1.chair", "a2.chair", "a1.chair")]


def url(name: str, *args) -> str:
    return reverse(f"programs:{name}", args=args)


def text(response) -> str:
    return response.content.decode()


def ranks(rows) -> list[int | None]:
    found = dict(Entry.objects.filter(pk__in=[one.pk for one in rows]).values_list("pk", "rank"))
    return [found[one.pk] for one in rows]


def saved(by, call, order: list[Entry]) -> int:
    category = order[0].category_id
    here = [one for one in ranking.on_desk(by, call) if one.category_id == category]
    return save_order(by, call.pk, {category: [one.pk for one in order]}, {category: ranking.state_of(here)})


@pytest.mark.django_db
def test_numbers_are_sent_and_saved_together(world, call, rows, sign_in):
    client = sign_in(world["a.officer"])
    assert "排名次" in text(client.get(url("inbox")))
    page = client.get(url("order", call.pk))
    seen = {f"seen-{group['category'].pk}": group["seen"] for group in page.context["groups"]}
    sent = seen | {f"r-{rows[0].pk}": "20", f"r-{rows[1].pk}": "3", f"r-{rows[2].pk}": ""}
    client.post(url("order", call.pk), sent)
    assert ranks(rows) == [2, 1, None], "the order counts, not how the numbers were written"
    assert Record.objects.about(call).filter(act="call.rank").count() == 1
    assert ">2/2<" in text(client.get(url("entries"))), "which of how many"
    again = client.post(url("order", call.pk), sent)
    assert again.status_code == 422 and "有人改了" in text(again), "the page in the other tab is an old one"
    twice = seen | {f"r-{one.pk}": "1" for one in rows[:2]}
    assert "第 1 写了两件" in text(client.post(url("order", call.pk), twice))
    assert "现在有一个是“x”" in text(client.post(url("order", call.pk), seen | {f"r-{rows[0].pk}": "x"}))
    assert "区校排名" in text(sign_in(world["officer"]).get(url("entries")))
    make_move(rows[1].pk, "forward", by=world["a.officer"])
    assert ">1/2<" in text(sign_in(world["officer"]).get(url("slate", call.pk)))
    assert "排第 1/2" in text(sign_in(world["officer"]).get(rows[1].get_absolute_url()))


@pytest.mark.django_db
def test_who_saves_over_a_change_is_told_the_difference(world, call, rows):
    by = world["a.officer"]
    category = rows[0].category_id
    seen = {category: ranking.state_of(ranking.on_desk(by, call))}
    new = factories.submitted(world["a2.chair"], call)
    make_move(rows[0].pk, "forward", by=by)
    with pytest.raises(Refused) as refused:
        save_order(by, call.pk, {category: [rows[1].pk, rows[2].pk]}, seen)
    assert f"新到{new.subject}" in refused.value.message
    assert f"{rows[0].subject}已不在这里" in refused.value.message
    assert ranks(rows) == [None] * 3


@pytest.mark.django_db
def test_what_was_handed_up_keeps_its_number_and_who_is_out_gives_it_back(world, call, rows):
    by = world["a.officer"]
    saved(by, call, [rows[1], rows[0], rows[2]])
    make_move(rows[0].pk, "forward", by=by)
    saved(by, call, [rows[2], rows[1]])
    assert ranks(rows) == [2, 3, 1], "second place is taken by the one that went up"
    make_move(rows[0].pk, "refuse", by=world["officer"], note="名额有限")
    saved(by, call, [rows[2], rows[1]])
    assert ranks(rows) == [None, 2, 1]


@pytest.mark.django_db
def test_the_edition_may_ask_for_the_order_before_anything_goes_up(world):
    call = factories.call(world["officer"], rank_required=True)
    entry = factories.submitted(world["a1.chair"], call)
    with pytest.raises(Refused, match="还没排这一件"):
        make_move(entry.pk, "forward", by=world["a.officer"])
    saved(world["a.officer"], call, [entry])
    make_move(entry.pk, "forward", by=world["a.officer"])
    straight = factories.submitted(world["u.chair"], call)
    make_move(straight.pk, "propose", by=world["officer"])


@pytest.mark.django_db
def test_only_the_desk_orders_and_nobody_their_own(world, call, rows, sign_in):
    for key in ("officer", "b.officer", "a1.chair"):
        with pytest.raises(Refused):
            saved(world[key], call, rows)
    own = factories.user("本人", rows[0].member)
    with pytest.raises(Refused, match="本人"):
        saved(factories.post("officer", world["a"], own), call, rows)
    assert sign_in(world["officer"]).get(url("order", call.pk)).url == call.get_absolute_url()
    assert sign_in(world["teacher"]).get(url("order", call.pk)).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_database_keeps_each_number_once(world, call, rows):
    saved(world["a.officer"], call, rows)
    with pytest.raises(IntegrityError, match="entry_rank_once"):
        Entry.objects.filter(pk=rows[1].pk).update(rank=1)
    with transaction.atomic():  # the control: two may change places within one transaction
        Entry.objects.filter(pk=rows[0].pk).update(rank=2)
        Entry.objects.filter(pk=rows[1].pk).update(rank=1)
    assert ranks(rows) == [2, 1, 3]


@pytest.mark.django_db(transaction=True)
def test_of_two_orders_saved_at_once_one_is_refused(world, call, rows):
    category = rows[0].category_id
    seen = {category: ranking.state_of(ranking.on_desk(world["a.officer"], call))}
    ready, ended = threading.Barrier(2), []

    def save(order: list[Entry]) -> None:
        ready.wait()
        try:
            save_order(world["a.officer"], call.pk, {category: [one.pk for one in order]}, seen)
            ended.append("saved")
        except Refused:
            ended.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=save, args=(order,)) for order in (rows, rows[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == ["refused", "saved"]
    assert sorted(ranks(rows)) == [1, 2, 3]


@pytest.mark.django_db
def test_the_page_costs_the_same_for_one_entry_and_three(world, call, sign_in):
    client, costs = sign_in(world["a.officer"]), []
    for n in (1, 2):
        for _time in range(n):
            factories.submitted(world["a1.chair"], call)
        with CaptureQueriesContext(connection) as asked:
            client.get(url("order", call.pk))
        costs.append(len(asked))
    assert costs[0] == costs[1]


@pytest.mark.django_db
def test_with_all_handed_up_there_is_nothing_to_save(world, call, rows, sign_in):
    client = sign_in(world["a.officer"])
    assert "存下名次" in text(client.get(url("order", call.pk)))
    saved(world["a.officer"], call, rows)
    for one in rows:
        make_move(one.pk, "forward", by=world["a.officer"])
    page = text(client.get(url("order", call.pk)))
    assert "都交上去了" in page and "存下名次" not in page
