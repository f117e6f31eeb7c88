"""P-WF3: deadlines are the server's, to the second, in Shanghai; only the edition's own grace comes after them.

The clock is the portal's one clock, set back and forth; database, rules and moves are the real ones.
"""

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.urls import reverse

from portal.kit import days
from portal.kit.refusal import Refused
from programs import tasks
from programs.actions import extensions
from programs.actions.calls import create_call, publish_call, set_places, update_call
from programs.actions.moves import make_move
from programs.checks import window
from programs.models import Call, Entry
from programs.queries import deadlines
from tests import factories

pytestmark = [pytest.mark.promise("P-WF3"), pytest.mark.django_db]
SHANGHAI = ZoneInfo("Asia/Shanghai")
SECOND = datetime.timedelta(seconds=1)
MICRO = datetime.timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = "optional"


def edition(world, closes: datetime.datetime, **params) -> Call:
    """A published call that ends at ``closes``, with its figures frozen."""
    officer = world["officer"]
    title = f"截止测试{closes:%m%d%H%M}{len(params)}"
    call = create_call(officer, "women-flag", title, 2026, closes - datetime.timedelta(days=9), closes)
    update_call(officer, call.pk, params)
    categories = list(call.categories.all())
    units = (world["a"], world["b"], world["u"], world["v"])
    table = {unit.pk: {one.pk: 9 for one in categories} for unit in units}
    set_places(officer, call.pk, {one.pk: 9 for one in categories}, table)
    return publish_call(officer, call.pk)


def handed_in(entry: Entry, by, at: datetime.datetime) -> bool:
    """Whether the entry could be handed in at that moment; taken back afterwards."""
    try:
        with days.at(at), transaction.atomic():
            make_move(entry.pk, "submit", by=by)
            transaction.set_rollback(True)
    except Refused as refused:
        if "报送时间" not in refused.message:
            raise
        return False
    return True


def ends(entry: Entry, by, around: datetime.datetime) -> tuple[bool, ...]:
    """A second before, at the moment, a microsecond and a second after."""
    return tuple(handed_in(entry, by, around + shift) for shift in (-SECOND, 0 * SECOND, MICRO, SECOND))


UNTIL = (True, True, False, False)
FROM = (False, True, True, True)


def test_to_the_second_with_extension_grace_and_mending(world, figure):
    closes = datetime.datetime(2026, 11, 30, 17, 0, tzinfo=SHANGHAI)
    tried = wrong = 0
    with days.at(closes - datetime.timedelta(days=10)):
        call, kind = edition(world, closes), edition(world, closes, grace_minutes=30)
        plain = factories.draft(world["u.chair"], call)
        later = factories.draft(world["a1.chair"], call)
        lenient = factories.draft(world["v.chair"], kind)
        extensions.extend(world["officer"], call.pk, world["a"], closes + datetime.timedelta(days=2), "换届")
        mended = factories.draft(world["v.chair"], call)
    with days.at(closes - datetime.timedelta(days=8)):
        make_move(mended.pk, "submit", by=world["v.chair"])
        due = closes - datetime.timedelta(days=3)
        make_move(mended.pk, "return", by=world["officer"], note="改", due=due)
    cases = [
        ("opening", plain, "u.chair", call.opens_at, FROM),
        ("the call's end", plain, "u.chair", closes, UNTIL),
        ("a district's extension, for its school", later, "a1.chair", closes + datetime.timedelta(days=2), UNTIL),
        ("the call's end for the extended one", later, "a1.chair", closes, (True,) * 4),
        ("the end with grace", lenient, "v.chair", closes, (True,) * 4),
        ("the end of grace", lenient, "v.chair", closes + datetime.timedelta(minutes=30), UNTIL),
        ("a mending deadline", mended, "v.chair", due, UNTIL),
    ]
    for what, entry, who, moment, wanted in cases:
        seen = ends(entry, world[who], moment)
        tried, wrong = tried + len(seen), wrong + sum(a != b for a, b in zip(seen, wanted, strict=True))
        assert seen == wanted, what
    figure("hand-ins tried around seven deadlines", tried)
    figure("on the wrong side of the second", wrong, wanted="0")


def test_a_form_opened_before_is_refused_after(world, sign_in, figure):
    closes = datetime.datetime(2026, 11, 30, 17, 0, tzinfo=SHANGHAI)
    with days.at(closes - datetime.timedelta(days=1)):
        call = edition(world, closes)
        entry = factories.draft(world["u.chair"], call)
    client = sign_in(world["u.chair"])
    place = reverse("programs:entry_move", args=[entry.pk, "submit"])
    with days.at(closes - SECOND):
        assert client.get(reverse("programs:entry_edit", args=[entry.pk])).status_code == 200
    sent = {"version": entry.version, "now": "2026-11-30T16:59:59", "Date": "Mon, 30 Nov 2026 08:59:59 GMT"}
    with days.at(closes + SECOND):
        client.post(place, sent, headers={"date": "Mon, 30 Nov 2026 08:59:59 GMT"})
    entry.refresh_from_db()
    figure("form opened a second before, sent a second after", entry.state, wanted="draft")
    assert entry.state == "draft"
    with days.at(closes):
        client.post(place, {"version": entry.version})
    entry.refresh_from_db()
    assert entry.state == "review", "the same press in time goes through"


def test_the_day_and_the_hour_are_shanghais(world, settings, figure):
    """Stored in UTC, meant in Shanghai, which has no summer time, also where others change their clocks."""
    found = []
    for year, month, day in ((2026, 3, 29), (2026, 10, 25), (2026, 7, 1), (2026, 12, 31)):
        closes = datetime.datetime(year, month, day, 23, 59, 59, tzinfo=SHANGHAI)
        with days.at(closes - datetime.timedelta(days=2)):
            entry = factories.draft(world["u.chair"], edition(world, closes))
        found.append(Call.objects.get(pk=entry.call_id).closes_at.astimezone(datetime.UTC).hour)
        assert ends(entry, world["u.chair"], closes) == UNTIL, closes
    figure("23:59:59 in Shanghai, as UTC hours", " / ".join(map(str, found)), wanted="15 / 15 / 15 / 15")
    assert settings.TIME_ZONE == "Asia/Shanghai"
    assert found == [15] * 4


def test_drafts_lapse_after_grace_and_come_back_by_extension(world, figure):
    closes = datetime.datetime(2026, 11, 30, 17, 0, tzinfo=SHANGHAI)
    with days.at(closes - datetime.timedelta(days=5)):
        call = edition(world, closes, grace_minutes=10)
        entry = factories.draft(world["a1.chair"], call)
        other = factories.draft(world["u.chair"], call)
    seen = []
    for after in (-SECOND, 600 * SECOND, 601 * SECOND):
        with days.at(closes + after):
            tasks.lapse_late()
        entry.refresh_from_db()
        seen.append(entry.state)
    assert seen == ["draft", "draft", "lapsed"]
    with days.at(closes + datetime.timedelta(hours=1)):
        extensions.extend(world["officer"], call.pk, world["a"], closes + datetime.timedelta(days=1), "停电")
    entry.refresh_from_db()
    other.refresh_from_db()
    assert (entry.state, other.state) == ("draft", "lapsed"), "only below the unit that got it"
    assert handed_in(entry, world["a1.chair"], closes + datetime.timedelta(days=1))
    with days.at(closes + datetime.timedelta(hours=2)):
        extensions.take_back(world["officer"], call.pk, call.extensions.get().pk, "写错了一家")
        tasks.lapse_late()
    entry.refresh_from_db()
    figure("lapse, return by extension, lapse when it is taken back", entry.state, wanted="lapsed")
    assert entry.state == "lapsed"


def test_the_control_without_the_window_everything_goes_through(world, monkeypatch, figure):
    """Negative control: the same question with the rule away must answer otherwise."""
    closes = datetime.datetime(2026, 11, 30, 17, 0, tzinfo=SHANGHAI)
    with days.at(closes - datetime.timedelta(days=5)):
        call = edition(world, closes)
        entry = factories.draft(world["u.chair"], call)
    assert ends(entry, world["u.chair"], closes) == UNTIL
    monkeypatch.setattr(deadlines, "grace", lambda call: datetime.timedelta(days=1))
    late = ends(entry, world["u.chair"], closes)
    figure("control: hand-ins after the end with a grace nobody set", sum(late[2:]), wanted="2")
    assert late == (True,) * 4
    monkeypatch.undo()
    monkeypatch.setattr("portal.kit.days.now", lambda: closes - SECOND)
    assert window.window_open(entry, "submit")[0].level != "stop", "a clock that stands still lets everything in"
