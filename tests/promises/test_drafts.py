"""P-WF2 and P-WF4: nobody's words are overwritten, and no typed text is lost.

Two people write at once on two connections; a browser loses its net, its login, its token and its window.
"""

import dataclasses
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from urllib.parse import parse_qs

import pytest
from django.contrib.sessions.models import Session
from django.db import connections
from playwright.sync_api import Page, Route, expect

from portal.core.actor import Actor
from programs.actions import drafts
from programs.actions.drafts import merge_draft
from programs.models import Call, Entry
from programs.spec import Field
from tests import factories
from tests.browser.conftest import browser_context_args, browser_type_launch_args  # noqa: F401 # the system's Chromium
from tests.browser.stage import Stage

ANSWERS = ("position", "honours", "story")
WORDS = "第{}位老师写的第{}段：带教七年，课堂在校内外都有人来听。"


# ── P-WF2 ──
def both(entry: Entry, saves: list[tuple[Actor, dict[str, str]]]) -> list[drafts.Kept]:
    """Two saves of the same version at once, each on its own connection."""
    start, kept = threading.Barrier(len(saves)), []

    def save(by: Actor, typed: dict[str, str]) -> None:
        try:
            start.wait()
            kept.append(merge_draft(by, entry.pk, typed, entry.version, page=by.user.username))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=save, args=one) for one in saves]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return kept


def overwritten(before: dict, saves: list[tuple[Actor, dict[str, str]]], kept: list[drafts.Kept], now: dict) -> int:
    """Words that somebody typed, that are not there now, and that nobody was told about."""
    told = {clash.mine for one in kept for clash in one.clashes}
    typed = [(name, text) for _by, answers in saves for name, text in answers.items() if text != before[name]]
    return sum(1 for name, text in typed if now[name] != text and text not in told)


def race(entry: Entry, people: list[Actor], rounds: int) -> tuple[int, int, int]:
    """(races, those that clashed, words lost without a word)."""
    chance, clashed, lost = random.Random(20261123), 0, 0
    for n in range(rounds):
        entry.refresh_from_db()
        before = dict(entry.data)
        saves = []
        for who, by in enumerate(people):
            wanted = chance.sample(ANSWERS, chance.randint(1, 2))
            saves.append((by, {a: WORDS.format(who, n) + a if a in wanted else before[a] for a in ANSWERS}))
        kept = both(entry, saves)
        assert len(kept) == len(saves)
        entry.refresh_from_db()
        clashed += any(one.clashes for one in kept)
        lost += overwritten(before, saves, kept, entry.data)
    return rounds, clashed, lost


@pytest.fixture
def writers(transactional_db) -> tuple[Entry, list[Actor]]:
    world = factories.world()
    call = factories.call(world["officer"])
    return factories.draft(world["u.chair"], call), [world["u.chair"], world["u.clerk"]]


@pytest.mark.promise("P-WF2")
def test_two_editors_never_overwrite_each_other(writers, figure, full_size):
    races, clashed, lost = race(*writers, rounds=1000 if full_size else 60)
    figure("silent overwrites in races of two editors", lost, "words", "0")
    figure("races in which both changed the same answer", clashed, f"of {races}", "")
    assert lost == 0
    assert 0 < clashed < races, "the races are of both kinds"


def test_control_without_the_version_words_are_lost(writers, monkeypatch):
    """Negative control: a save that takes every page for the newest overwrites, and is found to."""
    monkeypatch.setattr(drafts.drafts, "changed_since", lambda *_args: {})
    _races, _clashed, lost = race(*writers, rounds=20)
    assert lost > 0


@pytest.mark.django_db
def test_a_page_never_clashes_with_itself_when_an_answer_was_lost(world):
    call = factories.call(world["officer"])
    entry = factories.draft(world["u.chair"], call)
    first = merge_draft(world["u.chair"], entry.pk, {"story": "写了一半"}, entry.version, page="one")
    again = merge_draft(world["u.chair"], entry.pk, {"story": "写了一半，又写了一半"}, entry.version, page="one")
    assert first.clashes == again.clashes == []
    assert again.entry.data["story"] == "写了一半，又写了一半"
    other = merge_draft(world["u.clerk"], entry.pk, {"story": "别人的"}, entry.version, page="two")
    assert [clash.name for clash in other.clashes] == ["story"]


@pytest.mark.django_db
def test_what_stood_there_before_can_be_put_back(world):
    call = factories.call(world["officer"])
    entry = factories.draft(world["u.chair"], call, story="原来的事迹")
    merge_draft(world["u.clerk"], entry.pk, {"story": "删掉重写"}, entry.version, page="one")
    sitting = entry.edits.first()
    assert sitting.changes == {"story": ["原来的事迹", "删掉重写"]}
    assert drafts.put_back(world["u.chair"], entry.pk, sitting.pk, "story").data["story"] == "原来的事迹"


# ── P-WF4 ──
FORTY = 40
#: Not by cutting the net: a closing window's last message slips past what a test puts in its way.
NO_NET = "() => { window.fetch = () => Promise.reject(new Error('no net')); }"


def forty_questions(call: Call) -> None:
    """The edition asks forty texts."""
    asked = [dataclasses.replace(Field(f"q{n}", f"第{n}问", "longtext"), limit=500, width=3) for n in range(FORTY)]
    call.form = {"fields": [asdict(one) for one in asked], "materials": []}
    call.save(update_fields=["form"])


@pytest.fixture
def typing(browser, live_server, transactional_db):
    world = factories.world()
    call = factories.call(world["officer"])
    person = factories.member(world["u"], "周敏芳")
    entry = factories.start_entry(world["u.chair"], call, call.categories.first(), person)
    forty_questions(call)
    stage = Stage(browser, live_server.url)
    with stage.page(world["u.chair"]) as page:
        yield Typing(page, entry, world["u.chair"], stage)


class Typing:
    """A chair at the form of forty texts."""

    def __init__(self, page: Page, entry: Entry, by: Actor, stage: Stage) -> None:
        self.page, self.entry, self.by, self.stage = page, entry, by, stage
        self.address = f"/entries/{entry.pk}/edit/"
        page.goto(self.address)

    def words(self, n: int) -> str:
        return f"第{n}问的回答，写了很久。"

    def fill(self, numbers: range) -> None:
        for n in numbers:
            self.page.locator(f"[name=q{n}]").fill(self.words(n))

    def kept(self) -> int:
        """Answers that the portal has."""
        self.entry.refresh_from_db()
        return sum(1 for n in range(FORTY) if self.entry.data.get(f"q{n}") == self.words(n))

    def shown(self) -> int:
        """Answers that stand in the form."""
        return sum(1 for n in range(FORTY) if self.page.locator(f"[name=q{n}]").input_value() == self.words(n))

    def says(self, text: str) -> None:
        expect(self.page.locator("[data-saved-said]").first).to_contain_text(text)

    def put_back(self) -> None:
        self.page.get_by_role("button", name="放回表单").click()
        self.says("已自动保存")


@contextmanager
def refusing(page: Page, status: int) -> Iterator[list[str]]:
    """A proxy on the way that answers every save with a status."""
    seen: list[str] = []

    def answer(route: Route) -> None:
        if route.request.method != "POST":
            return route.continue_()
        seen.append(route.request.post_data or "")
        return route.fulfill(status=status, body="")

    page.route("**/edit/", answer)
    yield seen
    page.unroute("**/edit/")


def cut_net(at: Typing) -> None:
    at.page.context.set_offline(True)
    at.fill(range(FORTY))
    at.says("断网了")
    at.page.context.set_offline(False)
    at.page.evaluate("window.dispatchEvent(new Event('online'))")
    at.says("已自动保存")


def closed_lid(at: Typing) -> None:
    """The window goes away while the net is gone; the next morning it is opened again."""
    at.page.evaluate(NO_NET)
    at.fill(range(FORTY))
    again = at.page.context.new_page()
    at.page.close()
    at.page = again
    at.page.goto(at.address)
    at.put_back()


def session_gone(at: Typing) -> None:
    """The login ends while typing; whoever signs in again in the window that opens finds everything saved."""
    at.fill(range(20))
    at.says("已自动保存")
    Session.objects.all().delete()
    at.fill(range(20, FORTY))
    at.says("登录过期了，字都还在")
    at.by.user.set_password("Gonghui-2026")
    at.by.user.save()
    with at.page.context.expect_page() as opened:
        at.page.get_by_role("link", name="登录，接着填").click()
    door = opened.value
    door.locator("[name=login]").fill(at.by.user.username)
    door.locator("[name=password]").fill("Gonghui-2026")
    door.locator("form button[type=submit]").click()
    expect(door.locator("h1")).to_have_text("登录好了")
    at.says("已自动保存")
    door.close()


def token_gone(at: Typing) -> None:
    """The token of the page is stale: another window has signed in anew."""
    at.page.context.clear_cookies(name="csrftoken")
    at.page.evaluate("document.body.dataset.csrf = 'x'.repeat(32)")
    at.fill(range(FORTY))
    at.says("字都还在")
    at.page.goto(at.address)
    at.put_back()


def too_large(at: Typing) -> None:
    with refusing(at.page, 413) as seen:
        at.fill(range(FORTY))
        at.says("写得太长")
        at.page.goto(at.address)
    assert seen
    at.put_back()


def handed_in_with_errors(at: Typing) -> None:
    """Handing in is refused: the form comes back with every word."""
    at.fill(range(FORTY))
    at.page.locator(".bar button[type=submit]").click()
    expect(at.page.locator(".note[data-focus]")).to_be_visible()


def handed_in_without_login(at: Typing) -> None:
    """The press on the button meets the login page."""
    at.says("还没改动")
    Session.objects.all().delete()
    with refusing(at.page, 503):
        at.fill(range(FORTY))
    at.page.locator(".bar button[type=submit]").click()
    expect(at.page.locator("[name=login]")).to_be_visible()
    at.by.user.set_password("Gonghui-2026")
    at.by.user.save()
    at.page.locator("[name=login]").fill(at.by.user.username)
    at.page.locator("[name=password]").fill("Gonghui-2026")
    at.page.locator("form button[type=submit]").last.click()
    at.put_back()


MISHAPS = (cut_net, closed_lid, session_gone, token_gone, too_large, handed_in_with_errors, handed_in_without_login)


@pytest.mark.browser
@pytest.mark.promise("P-WF4")
@pytest.mark.parametrize("mishap", MISHAPS, ids=[one.__name__ for one in MISHAPS])
def test_a_typed_text_is_never_lost(typing, mishap, figure):
    mishap(typing)
    shown, kept = typing.shown(), typing.kept()
    figure(f"answers that came back: {mishap.__name__.replace('_', ' ')}", kept, f"of {FORTY}", str(FORTY))
    assert (shown, kept) == (FORTY, FORTY)


@pytest.mark.browser
def test_control_without_the_copy_on_this_computer_the_text_is_gone(typing):
    """Negative control: the same mishap with the browser's storage switched off."""
    typing.page.add_init_script("Storage.prototype.setItem = () => { throw new Error('off'); };")
    typing.page.goto(typing.address)
    typing.page.evaluate(NO_NET)
    typing.fill(range(FORTY))
    typing.says("先别关这一页")
    typing.page.goto(typing.address)
    assert typing.shown() == 0


@pytest.mark.browser
def test_two_people_in_two_windows(typing):
    """What only one changed is merged into the other's page; what both changed stands side by side."""
    clerk = factories.post("clerk", typing.entry.organization)
    with typing.stage.page(clerk) as other:
        other.goto(typing.address)
        other.locator("[name=q1]").fill("经办写的第一问")
        other.locator("[name=q2]").fill("经办写的第二问")
        expect(other.locator("[data-saved-said]").first).to_contain_text("已自动保存")
        typing.page.locator("[name=q2]").fill("主席写的第二问")
        clash = typing.page.locator("[data-clash=q2]")
        expect(clash).to_contain_text("经办写的第二问")
        assert typing.page.locator("[name=q1]").input_value() == "经办写的第一问"
        typing.page.locator(".bar button[type=submit]").click()
        expect(clash).to_be_focused()
        clash.get_by_role("button", name="两段都要").click()
        typing.says("已自动保存")
    typing.entry.refresh_from_db()
    assert typing.entry.data["q1"] == "经办写的第一问"
    assert typing.entry.data["q2"] == "主席写的第二问\n经办写的第二问"
    assert parse_qs(typing.page.evaluate("new URLSearchParams(new FormData(document.getElementById('f'))).toString()"))
    assert typing.stage.complaints == []


@pytest.mark.browser
def test_a_reason_typed_into_a_plain_form_survives_the_login(typing):
    """Forms without autosave: what was typed is offered again after the login that came between."""
    page, by = typing.page, typing.by
    page.goto(f"/entries/{typing.entry.pk}/move/withdraw/")
    page.locator("textarea[name=note]").fill("人选调走了，换一位")
    Session.objects.all().delete()
    page.locator("form button[type=submit]").last.click()
    by.user.set_password("Gonghui-2026")
    by.user.save()
    page.locator("[name=login]").fill(by.user.username)
    page.locator("[name=password]").fill("Gonghui-2026")
    page.locator("form button[type=submit]").last.click()
    page.goto(f"/entries/{typing.entry.pk}/move/withdraw/")
    page.get_by_role("button", name="放回表单").click()
    assert page.locator("textarea[name=note]").input_value() == "人选调走了，换一位"
