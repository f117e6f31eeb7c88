"""How browser tests sign in, look and fill: one page per actor, with its console watched."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from portal.core import jobs
from portal.core.actor import Actor

expect.set_options(timeout=20000)
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


def cookie_for(actor: Actor) -> str:
    """A session that acts in the actor's post, made the way a login makes it."""
    client = Client()
    client.force_login(actor.user, backend=settings.AUTHENTICATION_BACKENDS[0])
    session = client.session
    if actor.post:
        session["post"] = actor.post.pk
        session.save()
    return client.cookies[settings.SESSION_COOKIE_NAME].value


class Stage:
    """Opens pages as different people and keeps what their consoles complained about."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser, self.address, self.complaints = browser, address, []

    @contextmanager
    def page(self, actor: Actor | None = None, viewport: dict | None = None) -> Iterator[Page]:
        context = self.browser.new_context(base_url=self.address, viewport=viewport or DESK, locale="zh-CN",
                                           timezone_id="Asia/Shanghai")  # fmt: skip
        if actor is not None:
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": cookie_for(actor), "url": self.address}]
            )
        page = context.new_page()
        page.set_default_timeout(20000)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda said: self._listen(page, said))
        yield page
        context.close()

    def _listen(self, page: Page, said) -> None:
        # A 422 or 404 answer is logged by the browser as an error too; those are looked at by the tests themselves.
        if said.type == "error" and "status of 4" not in said.text:
            self.complaints.append(f"{page.url}: {said.text}")


def work() -> int:
    """Do what the relay and a worker would: the browser tests have no worker of their own."""
    done = 0
    while due := jobs.due():
        for job in due:
            jobs.run(job.pk)
            done += 1
    return done
