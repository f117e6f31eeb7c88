"""P-PI3 and P-PI4: each look at a protected value leaves a record without the value; mass reading stops and is told.

Negative control: with the number set out of reach the same reading goes on unnoticed.
"""

import datetime
import threading

import pytest
from django.db import connection

from portal.core import plain
from portal.core.models import Message, Record
from portal.kit import days
from portal.kit.refusal import Refused
from portal.registry.actions.members import SECRET, view_plain
from tests import factories

pytestmark = pytest.mark.django_db
WHY = "核对慰问金发放名单"


def people(org, n: int) -> list:
    return [
        factories.member(org, f"会员{i}", phone=f"139{44000000 + i}", card_number=f"6222{i:012d}") for i in range(n)
    ]


def read(by, persons: list, n: int) -> tuple[list[str], int]:
    """Look at ``n`` values, one after another: what came, and how many were refused."""
    values, refused = [], 0
    for i in range(n):
        try:
            values.append(view_plain(by, persons[i % len(persons)], list(SECRET)[i % 3], f"{WHY}，第 {i} 人"))
        except Refused:
            refused += 1
    return values, refused


@pytest.mark.promise("P-PI3")
def test_each_look_leaves_a_record_without_the_value(world, settings, figure, full_size):
    n = 1000 if full_size else 60
    settings.PLAIN_VIEWS_PER_DAY = n
    chair, persons = world["u.chair"], people(world["u"], 30)
    values, refused = read(chair, persons, n)
    records = list(Record.objects.filter(act="member.plain"))
    told = [record for record in records if any(value in str(vars(record)) for value in set(values))]
    whole = [
        record
        for record in records
        if record.by_id == chair.user.pk
        and record.target_id
        and record.change["field"] in SECRET
        and WHY in record.note
    ]
    figure("values seen", len(values), wanted=str(n))
    figure("records with who, whose, field and purpose", len(whole), wanted=str(n))
    figure("of these with the value", len(told), wanted="0")
    assert (len(values), refused, len(whole), told) == (n, 0, n, [])


@pytest.mark.promise("P-PI3")
def test_without_a_purpose_nothing_is_seen(world, sign_in, figure):
    person, client = people(world["u"], 1)[0], sign_in(world["u.chair"])
    path = f"/members/{person.pk}/plain/phone/"
    for data in ({}, {"why": "核对申报材料"}, {"purpose": WHY}, {"why": "other", "purpose": "看"}):
        answer = client.post(path, data)
        assert answer.status_code == 422 and person.phone not in answer.content.decode(), data
    assert not Record.objects.filter(act="member.plain").exists()
    seen = client.post(path, {"why": "核对申报材料", "purpose": WHY})
    assert person.phone in seen.content.decode() and "今天还能看 49 次" in seen.content.decode()


@pytest.mark.promise("P-PI4")
def test_mass_reading_stops_and_those_who_watch_are_told(world, figure):
    clerk, persons = world["u.chair"], people(world["u"], 10)
    values, refused = read(clerk, persons, 100)
    figure("plain views asked for by one account in one day", 100)
    figure("answered before the stop", len(values), wanted="50")
    assert (len(values), refused) == (50, 50)
    told = set(Message.objects.filter(subject__contains="到了 50 次").values_list("user__posts__role", flat=True))
    figure("who is told", ", ".join(sorted(told)), wanted="auditor, log")
    assert told == {"auditor", "log"}
    assert Message.objects.filter(subject__contains="到了 50 次").count() == 2, "told once, not at each try"
    assert Record.objects.filter(act="plain.stopped").count() == 50
    assert plain.left(clerk) == 0 and plain.left(world["officer"]) == 50
    with days.at(days.now() + datetime.timedelta(days=1)):
        assert read(clerk, persons, 1)[1] == 0


@pytest.mark.promise("P-PI4")
def test_control_a_number_out_of_reach_stops_nobody(world, settings, figure):
    settings.PLAIN_VIEWS_PER_DAY = 10**6
    values, refused = read(world["u.chair"], people(world["u"], 10), 100)
    figure("control: seen without the guard", len(values), wanted="100")
    assert (len(values), refused) == (100, 0)
    assert not Message.objects.filter(subject__contains="遮住的内容").exists()


@pytest.mark.promise("P-PI4")
@pytest.mark.django_db(transaction=True)
def test_the_last_looks_are_counted_one_by_one(settings, figure):
    """Twenty windows of one account press at once, three looks are left."""
    settings.PLAIN_VIEWS_PER_DAY = 3
    world = factories.world()
    person, seen = people(world["u"], 1)[0], []

    def press() -> None:
        try:
            seen.append(view_plain(world["u.chair"], person, "phone", WHY))
        except Refused:
            pass
        finally:
            connection.close()

    windows = [threading.Thread(target=press) for _n in range(20)]
    for one in windows:
        one.start()
    for one in windows:
        one.join()
    figure("seen by 20 presses at once with 3 looks left", len(seen), wanted="3")
    assert len(seen) == 3
