"""Every page that the demo's people reach: axe finds nothing serious, nothing overflows on a phone, the
console is silent.
"""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from playwright.sync_api import Page

from portal.accounts.models import Post, User
from portal.core.actor import Actor
from tests.browser.stage import DESK, PHONE, Stage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ROLES = ("shenyi", "luwenlan", "zhouzhengyan", "qianlixin", "zhujianping", "zhouminfang", "secadmin")
#: Pages behind the menu, by what the first matching link on the list page leads to.
BEHIND = {
    "/entries/": "td.k a", "/calls/": "td.k a", "/notices/": "td.k a", "/decisions/": "td.k a", "/honours/": "td.k a",
    "/members/": "td.k a", "/plan/": "main .card a", "/objections/": "td.k a",
}  # fmt: skip
AXE = Axe()


def actor(login: str) -> Actor:
    user = User.objects.get(username=login)
    return Actor(user, Post.objects.current().filter(user=user).select_related("organization").first())


def menu(page: Page) -> list[str]:
    page.goto("/")
    return sorted({link.get_attribute("href") for link in page.locator(".rail a[href^='/']").all()})


def visits(page: Page) -> Iterator[str]:
    """The menu's pages, and from each list the first page behind it."""
    for address in menu(page):
        page.goto(address)
        yield address
        selector = next((s for start, s in BEHIND.items() if address.startswith(start)), None)
        link = page.locator(selector).first if selector else None
        if link is not None and link.count():
            target = link.get_attribute("href")
            page.goto(target)
            yield target


def serious(page: Page) -> list[str]:
    found = AXE.run(page).response["violations"]
    return [
        f"{page.url} {rule['id']}: {rule['nodes'][0]['html'][:120]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
    ]


def overflow(page: Page) -> list[str]:
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [f"{page.url} is {wide} px too wide"] if wide > 0 else []


def test_every_page_of_every_role(browser, live_server):
    call_command("demo_world", verbosity=0)
    stage, wrong, seen = Stage(browser, live_server.url), [], {}
    for login in ROLES:
        for viewport in (DESK, PHONE):
            with stage.page(actor(login), viewport) as page:
                for address in visits(page):
                    # the same page looks the same to the next role, but for its buttons: once per width is enough
                    if (key := (address, viewport["width"])) in seen:
                        continue
                    seen[key] = login
                    assert page.locator("h1").count() == 1, address
                    wrong += serious(page) if viewport is DESK or login == "zhujianping" else []
                    wrong += overflow(page) if viewport is PHONE else []
    assert len(seen) > 50, "the walk went somewhere"
    assert wrong == []
    assert stage.complaints == []


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["1440", "390"])
def test_signed_out_pages(browser, live_server, viewport):
    stage, wrong = Stage(browser, live_server.url), []
    with stage.page(viewport=viewport) as page:
        for address in ("/account/login/", "/n/", "/v/", "/nowhere/"):
            page.goto(address)
            wrong += serious(page) + overflow(page)
    assert wrong == [] and stage.complaints == []


def test_control_axe_and_the_ruler_see_what_is_wrong(browser, live_server):
    """Negative control: a page made bad on purpose is found bad."""
    stage = Stage(browser, live_server.url)
    with stage.page(viewport=PHONE) as page:
        page.goto("/account/login/")
        page.evaluate("""() => { const image = document.createElement('img'); image.src = 'data:,';
            const wide = document.createElement('div'); wide.textContent = 'x'.repeat(400);
            const field = document.createElement('input');
            document.querySelector('main').append(image, wide, field); }""")
        assert serious(page) and overflow(page)
