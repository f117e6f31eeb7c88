"""P-WEB1 and P-WEB3: the headers of every answer, and errors that are polite and show nothing of the inside."""

import logging
import re
import secrets

import pytest
from django.db import OperationalError
from django.test import Client, override_settings
from django.urls import reverse

from awards.honours.models import Honour
from portal.accounts.models import Post
from portal.core.models import Message
from portal.registry.models import Member, Organization
from programs.models import Call, Entry
from tests.promises import walk
from tests.promises.stage import Stage, build

pytestmark = pytest.mark.django_db
WANTED = {
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
    "X-Request-Id": "",
}
#: Papers are shown beside what they prove, in a frame of our own page.
FRAMED = ("programs:attachment",)
CSP = ("default-src", "frame-ancestors 'none'")
PAGE_CSP = ("object-src 'none'", "base-uri 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'")
#: What the inside looks like; none of it may be in an error page.
INSIDE = re.compile(
    r"Traceback|site-packages|/srv/|\.py\b|Django|psycopg|SELECT |RuntimeError|OperationalError|10\.9\.8\.7|gunicorn"
)
#: One list page per app, and the model whose query it starts with.
APPS = (
    ("registry:organizations", Organization),
    ("registry:members", Member),
    ("programs:calls", Call),
    ("programs:entries", Entry),
    ("honours:honours", Honour),
    ("core:messages", Message),
    ("accounts:posts", Post),
)


@pytest.fixture
def https(settings):
    """As behind TLS."""
    settings.SECURE_HSTS_SECONDS = 31536000
    settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True


@pytest.fixture
def stage(https) -> Stage:
    return build()


def faults(response) -> list[str]:
    """Headers that are missing or too weak."""
    headers, found = response.headers, []
    found += [name for name, part in WANTED.items() if name not in headers or part not in headers[name]]
    csp = headers.get("Content-Security-Policy", "")
    sandboxed = csp.startswith("sandbox")
    found += [f"CSP {part}" for part in CSP + (() if sandboxed else PAGE_CSP) if part not in csp]
    if "unsafe" in csp:
        found.append("CSP unsafe")
    if "no-store" not in headers.get("Cache-Control", ""):
        found.append("Cache-Control")
    for name, cookie in response.cookies.items():
        if cookie.value and not (
            cookie["secure"] and cookie["samesite"] and (cookie["httponly"] or name == "csrftoken")
        ):
            found.append(f"cookie {name}")
    return found


@pytest.mark.promise("P-WEB1")
def test_headers_of_every_address_and_status(stage, figure, monkeypatch):
    logging.disable(logging.ERROR)
    answers, statuses, wrong = 0, set(), []
    try:
        for actor in ("anonymous", "officer", "auditor", "security"):
            client = walk.client_of(stage, actor)
            for url in walk.urls():
                if walk.SLOW.search(url.name) or url.name == "account_logout":
                    continue
                for method in ("GET", "PUT"):
                    response = client.generic(method, walk.targets(url, stage)[0].path, secure=True)
                    answers, statuses = answers + 1, statuses | {response.status_code}
                    if url.name in FRAMED and response.headers["X-Frame-Options"] == "SAMEORIGIN":
                        response.headers["X-Frame-Options"] = "DENY"
                    wrong += [f"{actor} {method} {url.name} {response.status_code}: {one}" for one in faults(response)]
        for status, response in provoked(stage, monkeypatch).items():
            answers, statuses = answers + 1, statuses | {response.status_code}
            wrong += [f"provoked {status}: {one}" for one in faults(response)]
    finally:
        logging.disable(logging.NOTSET)
    figure("answers looked at", answers)
    figure("statuses among them", " ".join(map(str, sorted(statuses))))
    figure("headers missing or weak", len(wrong), wanted="0")
    assert {200, 302, 400, 403, 404, 405, 413, 429, 500, 503} <= statuses
    assert not wrong, "\n".join(wrong[:40])


def test_plain_http_is_led_to_https_with_its_headers(https):
    response = Client().get("/account/login/")
    assert (response.status_code, response.url) == (301, "https://testserver/account/login/")
    missing = {"Strict-Transport-Security", "CSP script-src 'self'", "CSP style-src 'self'", "CSP form-action 'self'"}
    assert set(faults(response)) == missing, "HSTS is for HTTPS answers, and there is no page to run a script in"
    assert Client().get("/healthz").status_code == 200, "probes speak HTTP"


def test_the_control_a_header_less_is_seen(https):
    response = Client().get("/account/login/", secure=True)
    assert faults(response) == []
    for name in (*WANTED, "Content-Security-Policy", "Cache-Control"):
        kept = response.headers.pop(name)
        assert faults(response), name
        response.headers[name] = kept
    response.headers["Content-Security-Policy"] += "; script-src 'unsafe-inline'"
    assert faults(response) == ["CSP unsafe"]


# ── P-WEB3 ──
def broken(problem: Exception):
    def fail(rows, actor):
        raise problem

    return fail


def provoked(stage: Stage, monkeypatch) -> dict[str, object]:
    """One answer of every error status, each brought about as it happens in life, for every app where it can."""
    client, made = walk.client_of(stage, "auditor"), {}
    reset, address = reverse("account_reset_password"), f"10.77.{secrets.randbelow(250)}.{secrets.randbelow(250)}"
    made["400 host"] = client.get("/", headers={"host": "evil.example"}, secure=True)
    made["404"] = client.get("/no/such/page/", secure=True)
    strict = Client(enforce_csrf_checks=True)
    made["403 csrf"] = strict.post(reverse("account_login"), {"login": "x"}, secure=True)
    with override_settings(ACCOUNT_RATE_LIMITS={"reset_password": "1/m/ip"}):
        for _again in range(2):
            made["429"] = Client().post(reset, {"email": "a@example.cn"}, secure=True, REMOTE_ADDR=address)
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=10):
        made["413"] = Client().post(reverse("account_login"), {"login": "x" * 100}, secure=True)
    with override_settings(DATA_UPLOAD_MAX_NUMBER_FIELDS=1):
        made["400 fields"] = Client().post(reverse("account_login"), {"a": 1, "b": 2, "c": 3}, secure=True)
    for name, model in APPS:
        path, rows = reverse(name), type(model.objects.all())
        made[f"405 {name}"] = client.delete(path, secure=True)
        for status, problem in (
            (500, RuntimeError("secret at /srv/x.py 10.9.8.7")),
            (503, OperationalError("connection to server at 10.9.8.7 failed")),
        ):
            with monkeypatch.context() as patched:
                patched.setattr(rows, "visible_to", broken(problem))
                made[f"{status} {name}"] = client.get(path, secure=True)
    return made


@pytest.mark.promise("P-WEB3")
def test_errors_are_polite_numbered_and_show_nothing_inside(stage, figure, monkeypatch, caplog):
    with caplog.at_level(logging.WARNING, logger="portal.request"):
        answers = provoked(stage, monkeypatch)
    wrong = []
    for what, response in answers.items():
        text, number = response.content.decode(), response.headers["X-Request-Id"]
        checks = {
            "status": response.status_code == int(what[:3]),
            "chinese": len(re.findall(r"[\u4e00-\u9fff]", text)) > 20,
            "number on the page": number in text,
            "number in the log": any(number in record.getMessage() for record in caplog.records),
            "nothing inside": not INSIDE.search(text) and not INSIDE.search(str(response.headers)),
        }
        wrong += [f"{what} ({response.status_code}): {name}" for name, good in checks.items() if not good]
    figure("errors provoked", len(answers))
    figure("statuses", " ".join(sorted({what[:3] for what in answers})))
    figure("impolite, unnumbered or telling", len(wrong), wanted="0")
    assert not wrong, "\n".join(wrong)


@pytest.mark.promise("P-WEB3")
def test_the_control_a_page_that_tells_is_seen(figure, settings, stage, monkeypatch):
    """Django's own page for developers, as it would be with DEBUG left on."""
    settings.DEBUG = True
    client = walk.client_of(stage, "auditor")
    monkeypatch.setattr(type(Organization.objects.all()), "visible_to", broken(RuntimeError("secret at 10.9.8.7")))
    text = client.get(reverse("registry:organizations"), secure=True).content.decode()
    figure("control: telling words on the developers' page", len(INSIDE.findall(text)), wanted="> 0")
    assert INSIDE.search(text)


def test_a_dead_database_is_a_polite_503_even_before_the_view(stage, monkeypatch):
    """The session is read in the middleware: the page must not need the database that is away."""
    client = walk.client_of(stage, "officer")
    monkeypatch.setattr("portal.accounts.middleware.posts_of", broken_posts)
    response = client.get("/days/", secure=True)
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "60"
    assert "过几分钟再来" in response.content.decode()


def broken_posts(user):
    raise OperationalError("the connection is closed")
