"""Events told to other systems: what is told and to whom, signed, again until it arrives, and never into the house."""

import contextlib
import hashlib
import hmac
import http.server
import json
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.urls import reverse

from portal.accounts.actions import end_post
from portal.api.actions import hooks
from portal.api.models import Hook, HookCall
from portal.core.models import Message
from portal.kit import days, outward
from portal.kit.refusal import Refused
from programs.actions.moves import make_move
from tests import factories

pytestmark = pytest.mark.django_db


class Receiver:
    """A small server of another house, on a port below those that clients take."""

    def __init__(self) -> None:
        self.status, self.got = 204, []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append((dict(self.headers), body))
                self.send_response(outer.status)
                if outer.status in (301, 302):
                    self.send_header("Location", f"http://127.0.0.1:{outer.port}/elsewhere")
                self.end_headers()

            def log_message(self, *args) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/in"


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    made = Receiver()
    settings.WEBHOOK_INNER_HOSTS = [f"127.0.0.1:{made.port}"]
    yield made
    made.server.shutdown()


@pytest.fixture
def running(world):
    return factories.call(world["officer"])


def test_a_unit_hears_of_its_own_entries_signed_and_without_names(world, running, receiver):
    hook, secret = hooks.create_hook(world["u.chair"], receiver.url, ["entry"])
    ours = factories.submitted(world["u.chair"], running, person=factories.member(world["u"], "周敏芳"))
    factories.submitted(world["v.chair"], running)
    make_move(ours.pk, "return", by=world["officer"], note="职称请核对")
    assert hooks.collect() == 2 and hooks.collect() == 0
    assert hooks.send_due() == 2
    told = [json.loads(body) for _headers, body in receiver.got]
    assert [(one["event"], one["entry"], one["state"]) for one in told] == [
        ("entry.submit", ours.pk, "review"),
        ("entry.return", ours.pk, "returned"),
    ]
    assert set(told[0]) == {"id", "event", "at", "entry", "state"} and "周敏芳" not in str(receiver.got)
    headers, body = receiver.got[0]
    signed = hmac.new(secret.encode(), headers["X-Portal-Timestamp"].encode() + b"." + body, hashlib.sha256)
    assert headers["X-Portal-Signature"] == f"sha256={signed.hexdigest()}"
    assert abs(int(headers["X-Portal-Timestamp"]) - days.now().timestamp()) < 60
    assert secret not in str(Hook.objects.filter(pk=hook.pk).values_list("url", "events"))


def test_what_was_rolled_back_is_not_told(world, running, receiver):
    hooks.create_hook(world["u.chair"], receiver.url, ["entry"])
    entry = factories.draft(world["u.chair"], running)
    with transaction.atomic():
        make_move(entry.pk, "submit", by=world["u.chair"])
        transaction.set_rollback(True)
    assert hooks.collect() == 0


def test_a_call_is_tried_again_with_the_same_number_and_given_up(world, running, receiver, monkeypatch):
    hooks.create_hook(world["u.chair"], receiver.url, ["entry"])
    factories.submitted(world["u.chair"], running)
    hooks.collect()
    receiver.status = 500
    for n in range(len(hooks.WAITS) + 1):
        assert hooks.send_due() == 0
        call = HookCall.objects.get()
        assert call.tries == n + 1 and call.status == 500
        HookCall.objects.update(due_at=days.now())
    assert call.state == "failed" and hooks.send_due() == 0 and len(receiver.got) == len(hooks.WAITS) + 1
    assert len({headers["X-Portal-Delivery"] for headers, _body in receiver.got}) == 1
    receiver.status = 200
    hooks.send_again(world["u.chair"], call.pk)
    assert hooks.send_due() == 1 and HookCall.objects.get().state == "sent"
    assert Hook.objects.get().failures == 0


def test_a_subscription_that_never_arrives_stops_and_says_so(world, running, receiver, monkeypatch):
    monkeypatch.setattr(hooks, "GIVE_UP", 2)
    hook, _secret = hooks.create_hook(world["u.chair"], receiver.url, ["entry"])
    factories.submitted(world["u.chair"], running)
    factories.submitted(world["u.chair"], running)
    hooks.collect()
    receiver.status = 503
    hooks.send_due()
    hook.refresh_from_db()
    assert not hook.active and "2 次" in hook.stopped_because
    assert Message.objects.filter(user=world["u.chair"].user, subject="事件推送停了").count() == 1
    hooks.set_hook(world["u.chair"], hook.pk, True)
    assert Hook.objects.get().active


def test_it_ends_with_the_post_that_made_it(world, running, receiver):
    hooks.create_hook(world["u.chair"], receiver.url, ["entry"])
    factories.submitted(world["u.chair"], running)
    end_post(world["security"], world["u.chair"].post.pk, "换届")
    assert hooks.collect() == 0 and not Hook.objects.get().active


# ── never into the house ──
@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/", "ftp://example.org/", "https://user:word@example.org/", "https:///x", "https://[::1",
        "x", "https://example.org/#x", "https://example.org:99999/", "https://example.org/路径",
        f"https://{'a' * 64}.example.org/", "https://例子.中国/",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_refused_at_once(world, url):
    with pytest.raises(Refused):
        hooks.create_hook(world["u.chair"], url, ["entry"])


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "10.1.2.3", "192.168.1.1", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]",
        "0.0.0.0", "2130706433", "[fd00::1]", "[fe80::1]", "224.0.0.1", "[::127.0.0.1]", "[64:ff9b::10.0.0.1]",
        "[2002:7f00:1::1]", "[2002:a00:1::]", "[2001:0:7f00:1::]", "240.0.0.1", "100.64.0.1", "0x7f.1", "127.1",
    ],
)  # fmt: skip
def test_no_private_address_is_ever_connected_to(host, monkeypatch):
    monkeypatch.setattr(outward.socket, "create_connection", lambda *a: pytest.fail("connected"))
    with pytest.raises(outward.Unreached):
        outward.post(f"https://{host}/latest/meta-data", b"{}", {})


def test_the_control_without_the_look_it_connects(monkeypatch):
    monkeypatch.setattr(outward, "_public", lambda text: True)
    asked = []

    def connect(where, seconds):
        asked.append(where)
        raise OSError

    monkeypatch.setattr(outward.socket, "create_connection", connect)
    with pytest.raises(outward.Unreached):
        outward.post("https://127.0.0.1/x", b"{}", {})
    assert asked == [("127.0.0.1", 443)]


def test_a_name_is_resolved_once_and_every_address_of_it_is_looked_at(monkeypatch):
    """DNS that answers twice differently, or with one good and one inner address, leads nowhere inside."""
    answers = iter([["93.184.216.34"], ["127.0.0.1"]])
    asked, connected = [], []

    def resolve(host, port, **more):
        asked.append(host)
        return [(2, 1, 6, "", (one, port)) for one in next(answers)]

    def connect(where, seconds):
        connected.append(where)
        raise OSError

    monkeypatch.setattr(outward.socket, "getaddrinfo", resolve)
    monkeypatch.setattr(outward.socket, "create_connection", connect)
    with pytest.raises(outward.Unreached):
        outward.post("https://rebinding.example.org/x", b"{}", {})
    assert (asked, connected) == (["rebinding.example.org"], [("93.184.216.34", 443)])
    answers = iter([["93.184.216.34", "10.0.0.8"]])
    with pytest.raises(outward.Unreached, match="内网"):
        outward.post("https://two-faced.example.org/x", b"{}", {})
    assert len(connected) == 1


def test_who_answers_letter_by_letter_is_hung_up_on(settings, monkeypatch):
    monkeypatch.setattr(outward, "SECONDS", 0.6)
    server = socket.create_server(("127.0.0.1", 0))
    settings.WEBHOOK_INNER_HOSTS = [f"127.0.0.1:{server.getsockname()[1]}"]

    def drip():
        line, _who = server.accept()
        with contextlib.suppress(OSError):
            for _n in range(60):
                line.send(b"H")
                time.sleep(0.1)

    threading.Thread(target=drip, daemon=True).start()
    began = time.monotonic()
    with pytest.raises(outward.Unreached):
        outward.post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {})
    assert time.monotonic() - began < 3, "each letter came in time; the whole did not"
    server.close()


def test_one_bad_address_holds_up_nobody_else(world, running, receiver):
    """Addresses that were kept before they were refused when typed."""
    bad, _secret = hooks.create_hook(world["u.clerk"], receiver.url, ["entry"])
    hooks.create_hook(world["u.chair"], receiver.url, ["entry"])
    factories.submitted(world["u.chair"], running)
    hooks.collect()
    for url in ("https://example.org/路径", f"https://{'a' * 64}.example.org/", "https://[::1"):
        Hook.objects.filter(pk=bad.pk).update(url=url)
        HookCall.objects.update(state="queued", due_at=days.now(), tries=0)
        assert hooks.send_due() == 1, url
    assert HookCall.objects.get(hook=bad).problem


def test_a_redirect_is_not_followed(receiver):
    receiver.status = 302
    assert outward.post(receiver.url, b"{}", {}) == 302 and len(receiver.got) == 1


# ── pages ──
def test_the_pages_make_one_show_what_was_sent_and_stop_it(world, running, receiver, sign_in):
    client = sign_in(world["u.chair"])
    page = client.post(reverse("hooks:hook_new"), {"url": receiver.url, "events": ["entry", "notice"]})
    hook = Hook.objects.get()
    assert hook.secret in page.content.decode() and hook.events == ["entry", "notice"]
    factories.submitted(world["u.chair"], running)
    hooks.collect()
    receiver.status = 500
    hooks.send_due()
    assert "500" in client.get(reverse("hooks:hook", args=[hook.pk])).content.decode()
    assert client.post(reverse("hooks:hook_again", args=[HookCall.objects.get().pk])).status_code == 302
    client.post(reverse("hooks:hook_turn", args=[hook.pk]))
    hook.refresh_from_db()
    assert not hook.active
    assert client.post(reverse("hooks:hook_new"), {"url": "http://example.org", "events": ["entry"]}).status_code == 422
    assert sign_in(world["v.chair"]).get(reverse("hooks:hook", args=[hook.pk])).status_code == 404
