"""The handbook is followed word by word by a machine: what it tells people to press must be there.

Chapters are Markdown in docs/handbook. Their numbered lines are followed in order; in them a **bold** word is something
on the page, and the words around it say what is done with it. A bold word that nobody is told to do anything with is an
error, so nothing in a numbered line goes unchecked. All other lines are prose. Pictures are taken where they stand.
"""

import datetime
import io
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from PIL import Image
from playwright.sync_api import Locator, Page, Request, expect

from portal.kit import days
from tests.browser import papers
from tests.browser.stage import PHONE

CHAPTERS = Path(__file__).resolve().parents[2] / "docs" / "handbook"
PASSWORD = "Gonghui-2026"
PATIENCE = 20.0
_WORD = r"\*\*(?P<{}>[^*]+)\*\*"
_TYPED = r" ?“(?P<{}>[^”]*)”"
#: What a numbered line may tell somebody to do. The first that fits is taken.
VERBS: tuple[tuple[str, str], ...] = (
    ("login", r"用账号 " + _WORD.format("login") + " 登录"),
    ("leave", r"用 " + _WORD.format("leave") + " 退出"),
    ("menu", r"点(?:左边|下面)菜单的 " + _WORD.format("menu")),
    ("upload", r"在 " + _WORD.format("upload") + r" 一行上传" + _TYPED.format("paper")),
    ("code", r"验证器上的 6 位数字填进 " + _WORD.format("code")),
    ("fill", r"在 " + _WORD.format("fill") + r" 里填" + _TYPED.format("typed")),
    ("row", r"在“(?P<at>[^”]+)”那一行点 " + _WORD.format("row")),
    ("tick", r"勾上 " + _WORD.format("tick")),
    ("pick", r"选 " + _WORD.format("pick")),
    ("visit", r"打开 " + _WORD.format("visit") + " 里的网址"),
    ("unplug", r"断开 " + _WORD.format("unplug")),
    ("plug", r"接上 " + _WORD.format("plug")),
    ("press", r"点 " + _WORD.format("press")),
    ("see", r"(?:看到|写着|出现) ?" + _WORD.format("see")),
)
_LINE = re.compile("|".join(pattern for _name, pattern in VERBS))
_NUMBERED = re.compile(r"^\s*\d+\. ")
_PICTURE = re.compile(r"!\[[^]]*\]\(img/([\w-]+)\.png\)")
#: The lower edge of what stands on the page: an open dialog or bar reaches down to the window's edge.
LOWEST = """() => {
  const shown = [...document.querySelectorAll("main > *, main section, dialog[open], .bar, .pop")]
    .filter(one => one.offsetParent && one.offsetHeight)
  return Math.max(0, ...shown.map(one => one.getBoundingClientRect().bottom))
}"""
#: “今天”, “30 天后”, “昨天 9:00”: days as people say them, for fields that want a date.
_DAY = re.compile(
    r"^(?:(?P<word>今天|昨天|明天)|(?P<n>\d+) ?天(?P<way>后|前))(?: (?P<hour>\d{1,2}):(?P<minute>\d{2}))?$"
)


@dataclass(frozen=True)
class Step:
    """One thing that somebody does: the verb, the word on the page, what is typed, and the line it stands in."""

    verb: str
    word: str
    value: str
    line: int


def steps(text: str) -> Iterator[Step]:
    """The steps of a chapter in order. Raises ValueError for a bold word that nobody is told to do anything with."""
    for number, line in enumerate(text.splitlines(), start=1):
        if found := _PICTURE.search(line):
            yield Step("picture", found[1], "", number)
        if not _NUMBERED.match(line):
            continue
        told = list(_LINE.finditer(line))
        if line.count("**") != 2 * len(told):
            raise ValueError(f"line {number}: a bold word without a verb: {line}")
        for one in told:
            verb = next(name for name, _pattern in VERBS if one.group(name) is not None)
            yield Step(verb, one.group(verb), one.group("typed") or one.group("paper") or one.group("at") or "", number)


def meant(value: str, kind: str | None) -> str:
    """What is typed into a field of this kind: a day in words becomes the date that the browser's field wants."""
    found = _DAY.match(value)
    if kind not in ("date", "datetime-local") or not found:
        return value
    ahead = {"今天": 0, "昨天": -1, "明天": 1}.get(found["word"] or "", 0)
    if found["n"]:
        ahead = int(found["n"]) * (1 if found["way"] == "后" else -1)
    day = (days.today() + datetime.timedelta(days=ahead)).isoformat()
    return day if kind == "date" else f"{day}T{int(found['hour'] or 9):02d}:{found['minute'] or '00'}"


class Follower:
    """Somebody who does what a chapter says, in one window. Pictures go to ``pictures``, if anywhere; ``work`` does
    what a worker would and returns how many jobs that were; a word may be ``patience`` seconds in coming.
    """

    def __init__(self, page: Page, pictures: Path | None, work: Callable[[], int], patience: float = PATIENCE) -> None:
        self.page, self.pictures, self.work, self.patience = page, pictures, work, patience
        self._typed = False
        self._asked: set[Request] = set()
        # Playwright takes no built-in's method
        page.on("request", self._begun)
        for ended in ("requestfinished", "requestfailed"):
            page.on(ended, self._ended)

    def _begun(self, asked: Request) -> None:
        self._asked.add(asked)

    def _ended(self, asked: Request) -> None:
        self._asked.discard(asked)

    def follow(self, text: str) -> int:
        """Do every step; returns how many there were. A step that cannot be done fails with its line."""
        done = 0
        for step in steps(text):
            try:
                getattr(self, step.verb)(step)
            except Exception as error:
                said = f"line {step.line}, {step.verb} “{step.word}” on {self.page.url}: {error}"
                raise AssertionError(said) from error
            done += 1
        return done

    @property
    def scope(self) -> Locator:
        """The open dialog, else the page."""
        box = self.page.locator("dialog[open]")
        return box if box.count() else self.page.locator("body")

    # ---- coming and going
    def login(self, step: Step) -> None:
        self.page.context.clear_cookies()
        self.page.goto("/account/login/")
        self.page.get_by_label("用户名、手机号或邮箱").fill(step.word)
        self.page.get_by_label("密码", exact=True).fill(PASSWORD)
        self._go(self.page.get_by_role("button", name="登录", exact=True))
        expect(self.page.get_by_label("密码", exact=True)).to_have_count(0)

    def leave(self, step: Step) -> None:
        self._go(self._named(step.word))
        self.page.context.clear_cookies()

    def visit(self, step: Step) -> None:
        """An address that the page shows: it names the portal as the world outside knows it."""
        address = urlsplit(self._field(step.word).input_value())
        self.page.context.clear_cookies()
        self.page.goto(address._replace(scheme="", netloc="").geturl())

    def code(self, step: Step) -> None:
        """The six figures that an authenticator would show for the secret on the page."""
        secret = self.page.get_by_label("密钥").input_value()
        self._field(step.word).fill(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))

    def unplug(self, _step: Step) -> None:
        self.page.context.set_offline(True)

    def plug(self, _step: Step) -> None:
        self.page.context.set_offline(False)

    # ---- hands
    def menu(self, step: Step) -> None:
        phone = self.page.viewport_size == PHONE
        lines = self.page.locator(".tabbar a" if phone else ".rail a")
        self._go(lines.filter(has_text=re.compile(rf"^\s*{re.escape(step.word)}\s*[\d,]*\s*$")).first)

    def press(self, step: Step) -> None:
        self._go(self._named(step.word))

    def row(self, step: Step) -> None:
        rows = self.scope.locator("tr, li, details, section").filter(has_text=step.value).locator("visible=true")
        expect(rows.last).to_be_visible(timeout=self.patience * 1000)
        self._go(self._named(step.word, rows.last))

    def tick(self, step: Step) -> None:
        self._field(step.word).check(force=True)
        self._settle()

    def pick(self, step: Step) -> None:
        for box in (self.scope.get_by_label(step.word, exact=True), self.scope.get_by_label(step.word)):
            if box.count() and box.first.get_attribute("type") == "radio":
                box.first.check(force=True)
                break
        else:
            option = self.scope.locator("option").filter(has_text=step.word)
            if option.count():
                self._choose(option.first)
            else:
                self.scope.get_by_text(step.word).locator("visible=true").last.click()
        self._settle()

    def _choose(self, option: Locator) -> None:
        """One of a list: the browser's own, or the one that is typed into."""
        select, label = option.locator("xpath=ancestor::select"), option.inner_text()
        if "tomselected" not in (select.get_attribute("class") or ""):
            select.select_option(label=label)
            return
        select.locator("xpath=following-sibling::*[1]").click()
        self.scope.locator(".ts-dropdown .option").filter(has_text=label).locator("visible=true").first.click()

    def fill(self, step: Step) -> None:
        field = self._field(step.word)
        expect(field).to_be_visible(timeout=self.patience * 1000)
        value = meant(step.value, field.get_attribute("type"))
        field.fill("")
        if field.get_attribute("type") == "search" or field.get_attribute("role") == "combobox":
            field.press_sequentially(value)
            self._settle()
        else:
            field.fill(value)
            field.dispatch_event("change")
        self._typed = True

    def upload(self, step: Step) -> None:
        self._until_kept()
        kind, content = papers.PAPERS[step.value]
        paper = {"name": step.value, "mimeType": kind, "buffer": content()}
        field = self.scope.locator(f"input[type=file][aria-label='{step.word}']")
        if not field.count():
            field = self.scope.get_by_label(step.word)
        field.first.set_input_files(paper)
        line = self.scope.locator("li.have").filter(has_text=step.word).first
        if self.scope.locator("li").filter(has_text=step.word).count():
            expect(line).to_contain_text(step.value)
            line.scroll_into_view_if_needed()
        self._settle()

    # ---- eyes
    def see(self, step: Step) -> None:
        shown = self.page.get_by_text(step.word).locator("visible=true").first
        expect(shown).to_be_visible(timeout=self.patience * 1000)
        shown.scroll_into_view_if_needed()

    def picture(self, step: Step) -> None:
        """What the reader has in front of them, down to the last line of it, in 256 colours: about 50 kB each."""
        if self.pictures is None:
            return
        self._settle()
        size = self.page.viewport_size
        low = self.page.evaluate(LOWEST)
        clip = {
            "x": 0,
            "y": 0,
            "width": size["width"],
            "height": min(size["height"], max(low + 24, size["height"] / 2)),
        }
        shot = Image.open(io.BytesIO(self.page.screenshot(clip=clip, animations="disabled")))
        small = shot.convert("RGB").quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        small.save(self.pictures / f"{step.word}.png", optimize=True)

    def _until_kept(self) -> None:
        """Nobody's hand goes from a field to a file in less time than a form takes to keep what was typed."""
        if self._typed and self.page.locator("[data-saved-said]").count():
            self.page.wait_for_timeout(1200)
            self._settle()
        self._typed = False

    # ---- finding
    def _named(self, word: str, inside: Locator | None = None) -> Locator:
        """The button or link with these words; on the page before its menu, which a chapter calls by its name."""
        scope = inside or self.scope
        somewhere = scope.get_by_text(word).or_(scope.get_by_role("button", name=word)).first
        expect(somewhere).to_be_attached(timeout=self.patience * 1000)
        for exact in (True, False):
            for place in (scope.locator("main"), scope):
                for role in ("button", "link"):
                    found = place.get_by_role(role, name=word, exact=exact).locator("visible=true")
                    if found.count():
                        return found.first
        return scope.locator("summary, label").filter(has_text=word).locator("visible=true").first

    def _field(self, word: str) -> Locator:
        fields = self.page.locator("input, textarea, select")
        for name in (word, re.compile(rf"^{re.escape(word)}\s"), re.compile(re.escape(word))):
            found = self.scope.get_by_label(name, exact=isinstance(name, str)).and_(fields).locator("visible=true")
            if found.count():
                return found.first
        return self.scope.get_by_label(word).and_(fields).first

    def _go(self, target: Locator) -> None:
        expect(target).to_be_visible(timeout=self.patience * 1000)
        target.click()
        self._settle()
        if self.work() and not self.page.locator("dialog[open]").count():
            self.page.reload()
            self._settle()

    def _settle(self) -> None:
        """Until the window has asked for nothing during a moment: what was pressed has been answered and is shown."""
        quiet, until = 0, time.monotonic() + self.patience
        while quiet < 3 and time.monotonic() < until:
            self.page.wait_for_timeout(30)
            quiet = 0 if self._asked else quiet + 1
        self.page.wait_for_load_state("load")
