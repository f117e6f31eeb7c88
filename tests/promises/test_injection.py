"""P-WEB2: what people type never runs. Payloads in every text that the database holds, then every page in a browser.

The pages are put into a real Chromium without their content security policy: what would only be stopped by the policy
is found too. Beside it: no POST without its token, no redirect to elsewhere, no input that breaks a query.
"""

import itertools
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.db import DatabaseError, models, transaction
from django.test import Client
from playwright.sync_api import Browser

from portal.kit.fields import BlindIndexField
from portal.kit.gather import gather
from tests.browser.conftest import browser_type_launch_args  # noqa: F401 # the system's Chromium
from tests.promises import walk
from tests.promises.stage import Stage, build

pytestmark = [pytest.mark.django_db(transaction=True)]
OURS = ("registry", "programs", "honours", "accounts", "core")
#: Short ones first: a column of ten characters gets what fits.
PAYLOADS = (
    "<xss>", "'><xss>", '"><xss>', "<xss/x", "</p><xss>", "{{7*7}}<xss>", "${7*7}<xss>", "<svg onload=pwn()>",
    "<img src=x onerror=pwn()>", "<body onload=pwn()>", "<script>pwn()</script>", "\"onfocus=pwn() autofocus x=\"",
    "'onmouseover=pwn() x='", "javascript:pwn()", "</title><script>pwn()</script>", "</textarea><script>pwn()</script>",
    "</script><script>pwn()</script>", "<iframe src=javascript:pwn()>", "<a href=javascript:pwn()>x</a><xss>",
    "<details open ontoggle=pwn()>", "<math><xss>", "<!--><xss>-->", "<![CDATA[<xss>]]>", "&lt;xss&gt;<xss>",
    "\u2028<xss>", "＜xss＞<xss>", "<sCrIpT>pwn()</ScRiPt>", "<input autofocus onfocus=pwn()>",
    "<form action=javascript:pwn()><xss>", "<object data=javascript:pwn()><xss>",
)  # fmt: skip
ROLES = ("officer", "a.officer", "a1.chair", "teacher", "auditor", "supervisor", "security", "log", "anonymous")
#: Words of the machine, not of people: what follows from them is not drawn as text.
MACHINE = {"password", "series", "query", "listing", "move", "was"}
BORN = (
    'xss, [onload], [onerror], [ontoggle], [onfocus], [onmouseover], [href^="javascript:"], [action^="javascript:"], '
    '[src^="javascript:"]'
)
LOOK = f"() => ({{ran: window.ran || 0, born: document.querySelectorAll('{BORN}').length}})"


# ── the payloads' way into the database ──
def texts(model: type[models.Model]) -> Iterator[models.Field]:
    """The columns that hold what people wrote."""
    for field in model._meta.concrete_fields:
        text = isinstance(field, models.CharField | models.TextField) and not isinstance(field, BlindIndexField)
        if text and not field.choices and not field.primary_key and field.name not in MACHINE:
            yield field


def poisoned(value: Any, payload: str) -> Any:
    """JSON with the payload in every free text of it; what the program reads as a word of its own stays."""
    if isinstance(value, dict):
        kept = ("name", "kind", "due", "item", "sha256", "fill", "kinds", "choices")
        return {key: inner if key in kept else poisoned(inner, payload) for key, inner in value.items()}
    if isinstance(value, list):
        return [poisoned(inner, payload) for inner in value]
    return payload if isinstance(value, str) and not value.isascii() else value


def poison(round_number: int) -> set[str]:
    """Put payloads into every text of every row; returns the columns that took one."""
    taken = set()
    numbers = itertools.count(round_number * 7)
    for model in apps.get_models():
        if model._meta.app_label not in OURS:
            continue
        for row in model._base_manager.all()[:40]:
            for field in texts(model):
                if (was := getattr(row, field.name)) and was.isascii():
                    continue  # a word of the machine, sealed or a number: people here write Chinese
                fits = [one for one in PAYLOADS if len(one) <= (field.max_length or 4000)]
                payload = fits[next(numbers) % len(fits)] if fits else ""
                if payload and _set(model, row.pk, field.name, payload):
                    taken.add(f"{model._meta.label}.{field.name}")
            for field in model._meta.concrete_fields:
                value = getattr(row, field.name) if isinstance(field, models.JSONField) else None
                payload = PAYLOADS[next(numbers) % len(PAYLOADS)]
                if value and _set(model, row.pk, field.name, poisoned(value, payload)):
                    taken.add(f"{model._meta.label}.{field.name}")
    return taken


def _set(model: type[models.Model], pk: Any, name: str, value: Any) -> bool:
    try:
        with transaction.atomic():
            return bool(model._base_manager.filter(pk=pk).update(**{name: value}))
    except (DatabaseError, ValueError):
        return False  # the database knows better what may stand here, which is an answer too


# ── looking ──
def pages(stage: Stage, roles: tuple[str, ...], at_most: int) -> Iterator[tuple[str, str, str]]:
    """(role, path, html) of every page that opens."""
    for role in roles:
        client = walk.client_of(stage, role)
        for url in walk.urls():
            if url.mark is None or walk.SLOW.search(url.name) or "GET" not in url.view.methods:
                continue
            for target in walk.spread(walk.targets(url, stage), at_most):
                with transaction.atomic():
                    response = client.get(target.path)
                    body = walk.text_of(response) if not response.streaming else b""
                    transaction.set_rollback(True)
                assert response.status_code < 500, (role, target.path, response.status_code)
                if response.headers.get("Content-Type", "").startswith("text/html") and body:
                    yield role, target.path, response.content.decode()


def look(browser: Browser, shown: Iterator[tuple[str, str, str]]) -> tuple[int, list[str]]:
    """(pages, those on which a payload ran or became an element)."""
    page = browser.new_page()
    page.on("dialog", lambda dialog: dialog.dismiss())
    page.route("**/*", lambda route: route.abort())
    count, broken = 0, []
    for role, path, html in shown:
        page.set_content("<script>window.ran = 0; function pwn() { window.ran += 1; }</script>" + html)
        found = page.evaluate(LOOK)
        count += 1
        if found["ran"] or found["born"]:
            broken.append(f"{role} {path}: {found}")
    page.close()
    return count, broken


@pytest.fixture
def stage(settings) -> Stage:
    settings.STAFF_SECOND_FACTOR = "optional"
    return build()


@pytest.mark.browser
@pytest.mark.promise("P-WEB2")
def test_no_payload_runs_on_any_page_of_any_role(stage, browser, figure, full_size):
    roles, rounds, things = (ROLES, 6, 2) if full_size else (("officer", "anonymous"), 1, 1)
    columns, seen, broken = set(), 0, []
    for n in range(rounds):
        columns |= poison(n)
        count, found = look(browser, pages(stage, roles, things))
        seen, broken = seen + count, broken + found
    figure("payloads that ran", len(broken), f"on {seen} pages", "0")
    figure("columns that held payloads", len(columns), "", "")
    assert len(columns) > 40 and seen > 100, "payloads were in, and pages were seen"
    assert broken == []


@pytest.mark.browser
def test_control_a_page_that_does_not_escape_is_found(browser):
    """Negative control: the same payloads, put into a page as they are."""
    shown = [
        ("nobody", f"/{n}", f"<p title='{one}'>{one}</p>") for n, one in enumerate(PAYLOADS) if "javascript" not in one
    ]
    count, broken = look(browser, iter(shown))
    assert len(broken) > count * 0.8


@pytest.mark.promise("P-WEB2")
def test_nothing_is_posted_without_its_token(stage, figure):
    who = walk.client_of(stage, "officer")
    bare = Client(enforce_csrf_checks=True, raise_request_exception=False)
    bare.cookies = who.cookies
    tried, passed = 0, []
    for url in walk.urls():
        if url.mark is None or "POST" not in url.view.methods:
            continue
        for target in walk.targets(url, stage)[:1]:
            status = bare.post(target.path, {}).status_code
            tried += 1
            if status not in (401, 403, 404):
                passed.append(f"{target.path}: {status}")
    figure("posts without a token that passed", len(passed), f"of {tried}", "0")
    assert tried > 40 and passed == []


AWAY = (
    "//evil.example",
    "https://evil.example/",
    "http:evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "\t//evil.example",
)


@pytest.mark.promise("P-WEB2")
def test_no_redirect_leads_away(stage, figure):
    """The addresses that are told where to go on, and the header that says where somebody came from."""
    client, wrong, tried = walk.client_of(stage, "officer"), [], 0
    for away in AWAY:
        for path, sent in (("/account/login/", {"next": away}), ("/messages/", {"next": away}), ("/", {"next": away})):
            for response in (client.get(path, sent), client.post(path, sent, headers={"referer": away})):
                tried += 1
                there = urlsplit(response.headers.get("Location", "/"))
                if there.netloc not in ("", "testserver") or there.scheme == "javascript":
                    wrong.append(f"{path} {away}: {response.headers['Location']}")
    figure("redirects to elsewhere", len(wrong), f"of {tried}", "0")
    assert wrong == []


HOSTILE = (
    "'",
    '"',
    "\\",
    "%",
    "_",
    "';--",
    "1 OR 1=1",
    "\x00",
    "ﷺ" * 400,
    "9" * 400,
    "-1",
    "[]",
    "{}",
    "a\nb",
    "$$",
    "？",
)


@pytest.mark.promise("P-WEB2")
def test_no_input_breaks_a_query(stage, figure, full_size):
    """Every parameter that a list knows, with values nobody meant."""
    client, broken, tried = walk.client_of(stage, "officer"), [], 0
    names = {"q", "sort", "page", "size", "view", "cols", "export", "state", "call", "unit"}
    names |= {name for one in gather("tables", "LISTINGS") if one.filters for name in one.filters.base_filters}
    hostile = HOSTILE if full_size else HOSTILE[::5]
    for url in walk.urls():
        if url.objects or url.mark is None or walk.SLOW.search(url.name) or "GET" not in url.view.methods:
            continue
        path = walk.targets(url, stage)[0].path
        for value in hostile:
            status = client.get(path, dict.fromkeys(sorted(names), value)).status_code
            tried += 1
            if status >= 500:
                broken.append(f"{path} {value!r}: {status}")
    figure("requests with hostile parameters that broke", len(broken), f"of {tried}", "0")
    assert tried > 50 and broken == []
