"""P-AUTH3, P-AUTH4: what the door tells, and how often it may be tried."""

import re
import statistics
import threading
import time
from collections import Counter

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection
from django.test import Client
from django.urls import reverse

from portal.accounts.actions import tries
from portal.accounts.models import Try, User
from portal.accounts.tasks import reset
from portal.core.jobs import JobRun
from portal.core.models import Job, Message, Record
from portal.kit import days
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "Test-pass-2026"
AT_MOST = 10


class Quick(PBKDF2PasswordHasher):
    """The real one with fewer rounds: long against a query, short enough for a thousand tries."""

    iterations = 60_000


def knock(login: str, password: str = "not it", address: str = "10.1.1.1", client: Client | None = None):
    client = client or Client()
    return client.post(
        reverse("account_login"), {"login": login, "password": password}, REMOTE_ADDR=address, HTTP_USER_AGENT="x"
    )


def words(response) -> tuple:
    """Everything the answer says, without what differs by itself: tokens, the name typed, the number of the request."""
    text = re.sub(r'(name="csrfmiddlewaretoken" value|data-csrf|value)="[^"]*"', "", response.content.decode())
    headers = {k: v for k, v in response.headers.items() if k not in ("X-Request-Id", "Content-Length", "Expires")}
    return response.status_code, re.sub(r"\b[0-9a-f]{8}\b", "", text), sorted(headers.items()), len(response.cookies)


@pytest.fixture
def hashed(monkeypatch) -> Counter:
    """How often each account's password was really compared."""
    counted: Counter = Counter()
    original = User.check_password

    def counting(self, raw):
        counted[self.pk] += 1
        return original(self, raw)

    monkeypatch.setattr(User, "check_password", counting)
    return counted


@pytest.fixture
def owner(db) -> User:
    return factories.user("户主", username="owner", email="owner@example.cn")


# ── P-AUTH4 ──
@pytest.mark.promise("P-AUTH4")
@pytest.mark.parametrize("addresses", [1, 1000])
def test_guessing_is_stopped_and_the_owner_is_not(owner, hashed, figure, full_size, addresses, settings):
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    home = Client()
    assert knock("owner", PASSWORD, "10.9.9.9", home).status_code == 302, "once, before: this computer is known"
    home.post(reverse("account_logout"))
    hashed.clear()
    guesses, answers, came_in = 10_000 if full_size else 200, Counter(), 0
    for n in range(guesses):
        where = "10.9.9.9" if addresses == 1 else f"10.2.{n % addresses // 250}.{n % 250}"
        answers[knock("owner", f"guess {n}", where).status_code] += 1
        if n % (guesses // 4) == guesses // 8:
            before = hashed[owner.pk]
            came_in += knock("owner", PASSWORD, "10.9.9.9", home).status_code == 302
            home.post(reverse("account_logout"))
            hashed[owner.pk] = before
    figure(f"guesses from {addresses} addresses, Redis away", guesses)
    figure(f"of these compared with the password ({addresses} addresses)", hashed[owner.pk], wanted=f"≤ {AT_MOST}")
    figure(f"owner's log-ins meanwhile from a known computer ({addresses} addresses)", came_in, wanted="4")
    assert hashed[owner.pk] <= AT_MOST
    assert answers[429] == guesses - hashed[owner.pk]
    assert came_in == 4


@pytest.mark.promise("P-AUTH4")
def test_the_control_without_the_budget_every_guess_is_compared(owner, hashed, figure, monkeypatch):
    monkeypatch.setattr(tries, "begin", lambda what, user, *_rest: Try(what=what, user=user, known=True))
    for n in range(30):
        knock("owner", f"guess {n}")
    figure("control: guesses compared without the budget", hashed[owner.pk], wanted="30")
    assert hashed[owner.pk] == 30


@pytest.mark.promise("P-AUTH4")
@pytest.mark.django_db(transaction=True)
def test_guessers_at_once_get_no_more_than_one(owner, figure, full_size):
    through, racers = [], 60 if full_size else 20

    def guess(n: int) -> None:
        try:
            through.append(tries.begin(Try.What.LOGIN, owner, "owner", f"10.3.0.{n}", False) is not None)
        finally:
            connection.close()

    threads = [threading.Thread(target=guess, args=(n,)) for n in range(racers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    figure("guesses at once that pass", sum(through), wanted="6")
    assert len(through) == racers
    assert sum(through) == tries.BUDGETS[Try.What.LOGIN].strangers


def test_the_limit_ends_and_says_when(owner):
    for n in range(7):
        answer = knock("owner", f"guess {n}")
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "300"
    assert "停 5 分钟" in answer.content.decode()
    assert Record.objects.filter(act="account.locked", target_id=owner.pk).count() == 1
    assert Message.objects.filter(user=owner, subject__contains="输错").count() == 1
    with days.at(days.now() + tries.FIVE_MINUTES):
        assert knock("owner", PASSWORD).status_code == 302


def test_a_known_computer_is_the_account_s_alone_and_forgotten_with_the_password(owner):
    other = factories.user("别人", username="other")
    home = Client()
    knock("owner", PASSWORD, client=home)
    home.post(reverse("account_logout"))
    for n in range(7):
        knock("other", f"guess {n}")
    assert knock("other", PASSWORD, client=home).status_code == 429
    for n in range(7):
        knock("owner", f"guess {n}")
    owner.set_password("Another-pass-2026")
    owner.save()
    assert knock("owner", "Another-pass-2026", client=home).status_code == 429
    assert other.is_active


def test_a_name_that_does_not_exist_is_limited_alike(owner):
    known = [words(knock("owner", f"guess {n}")) for n in range(8)]
    unknown = [words(knock("nobody", f"guess {n}", "10.1.1.2")) for n in range(8)]
    assert [one[0] for one in known] == [200] * 6 + [429] * 2
    assert known == unknown


def test_old_tries_are_swept(owner):
    knock("owner")
    assert tries.sweep() == 0
    with days.at(days.now() + tries.KEPT * 2):
        assert tries.sweep() == 1


# ── P-AUTH3 ──
def ask(kind: str, known: bool):
    if kind == "login":
        return knock("owner" if known else "nobody")
    email = "owner@example.cn" if known else "nobody@example.cn"
    return Client().post(reverse("account_reset_password"), {"email": email})


@pytest.mark.promise("P-AUTH3")
@pytest.mark.parametrize("kind", ["login", "reset"])
def test_known_and_unknown_get_the_same_answer_in_the_same_time(settings, figure, full_size, kind):
    settings.PASSWORD_HASHERS = [f"{Quick.__module__}.{Quick.__name__}"]
    factories.user("户主", username="owner", email="owner@example.cn")
    # the full size runs alone; beside other tests the clock on the wall tells of them
    clock = time.perf_counter if full_size else time.process_time
    times: dict[bool, list[float]] = {True: [], False: []}
    texts: dict[bool, set] = {True: set(), False: set()}
    for _n in range(1000 if full_size else 25):
        for known in (True, False):
            Try.objects.all().delete()
            started = clock()
            answer = ask(kind, known)
            times[known].append(clock() - started)
            texts[known].add(repr(words(answer)))
    apart = abs(statistics.median(times[True]) - statistics.median(times[False])) * 1000
    figure(f"{kind}: texts that differ", len(texts[True] ^ texts[False]), wanted="0")
    figure(f"{kind}: median time apart", apart, "ms", "< 10 ms")
    assert texts[True] == texts[False]
    assert len(texts[True]) == 1
    assert apart < 10


@pytest.mark.promise("P-AUTH3")
def test_the_control_a_check_for_known_names_only_shows(settings, figure, monkeypatch):
    settings.PASSWORD_HASHERS = [f"{Quick.__module__}.{Quick.__name__}"]
    factories.user("户主", username="owner")
    monkeypatch.setattr("portal.accounts.backend.Backend._mitigate_timing_attack", lambda self, password: None)
    times: dict[bool, list[float]] = {True: [], False: []}
    for _n in range(10):
        for known in (True, False):
            Try.objects.all().delete()
            started = time.process_time()
            ask("login", known)
            times[known].append(time.process_time() - started)
    apart = abs(statistics.median(times[True]) - statistics.median(times[False])) * 1000
    figure("control: median time apart without the second hash", apart, "ms", "> 10 ms")
    assert apart > 10


# ── reset ──
def test_the_link_is_sent_by_a_job_and_works_once(owner, mailoutbox, settings):

    Client().post(reverse("account_reset_password"), {"email": "Owner@example.cn"})
    reset(JobRun(Job.objects.get(kind="accounts.reset")))
    assert mailoutbox[0].to == ["owner@example.cn"]
    link = re.search(r"http\S+", mailoutbox[0].body)[0]
    client = Client()
    page = client.get(link.removeprefix(settings.SITE_URL), follow=True)
    new = {"password1": "Brand-new-2026", "password2": "Brand-new-2026"}
    assert client.post(page.redirect_chain[-1][0], new).status_code == 302
    assert knock("owner", "Brand-new-2026").status_code == 302
    again = Client().get(link.removeprefix(settings.SITE_URL), follow=True)
    assert "password1" not in again.content.decode()


def test_reset_is_limited_too(owner):
    answers = [Client().post(reverse("account_reset_password"), {"email": "owner@example.cn"}) for _n in range(4)]
    assert [one.status_code for one in answers] == [302, 302, 302, 429]
    assert Job.objects.filter(kind="accounts.reset").count() == 3
