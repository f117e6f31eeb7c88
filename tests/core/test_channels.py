"""E-mail, SMS and WeCom: what goes out, what comes back, and what becomes of the delivery."""

import datetime
import hashlib
import hmac
import json
import logging

import pytest
import requests
from django.core import mail
from django.urls import reverse

from portal.core import channels, deliveries, outbox, queues
from portal.core.channels.spec import Away, Note, Rejected
from portal.core.channels.wecom import WeCom
from portal.core.models import ChannelState, Delivery, Message, Reachability, Record
from portal.kit import days
from tests.core.gateway import gateway

NOTE = Note("message-7", "13800001111", "张三", '关于"三八"的通知', "正文", "https://portal.example/messages/7/")
NOON = datetime.datetime(2026, 11, 23, 12, 0, tzinfo=days.SHANGHAI)
NIGHT = datetime.datetime(2026, 11, 23, 23, 0, tzinfo=days.SHANGHAI)


@pytest.fixture
def person(world):
    user = world["a1.chair"].user
    user.email, user.phone, user.phone_index = "chair@example.cn", "13800001111", "x" * 64
    user.save()
    return user


@pytest.fixture(autouse=True)
def _letters(settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.OUTGOING_DIR = tmp_path / "outgoing"


def work() -> int:
    deliveries.route()
    return deliveries.send_due()


def states() -> dict[str, str]:
    return dict(Delivery.objects.values_list("channel", "state"))


# ── the SMS gateway ──
def test_sms_is_signed_json_with_the_settings_template(settings):
    with gateway(lambda path, body: (200, {"code": 0})) as server:
        settings.SMS_URL, settings.SMS_SECRET = f"{server.url}/send", "s3cret"
        channels.ADAPTERS["sms"].send(NOTE)
    path, headers, body = server.asked[0]
    sent = json.loads(body)
    assert (path, sent["phone"], sent["id"]) == ("/send", "13800001111", "message-7")
    assert sent["text"] == '【上海市教育工会】关于"三八"的通知。打开看：https://portal.example/messages/7/'
    assert headers["X-Signature"] == hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        ((200, {"code": 7}), Rejected), ((400, {}), Rejected), ((200, b"<html>"), Rejected), ((302, {}), Rejected),
        ((503, {}), Away), ((429, {}), Away),
    ],
)  # fmt: skip
def test_what_a_gateway_may_answer(settings, answer, raised):
    with gateway(lambda path, body: answer) as server:
        settings.SMS_URL = f"{server.url}/send"
        with pytest.raises(raised):
            channels.ADAPTERS["sms"].send(NOTE)


def test_silence_is_away_and_neither_error_nor_log_names_the_person(settings, caplog):
    settings.SMS_URL, settings.SMS_SECRET = "http://127.0.0.1:9/send?key=s3cret", "s3cret"
    with caplog.at_level(logging.DEBUG), pytest.raises(Away) as raised:
        channels.ADAPTERS["sms"].send(NOTE)
    assert str(raised.value) == "ConnectionError"
    assert raised.value.__suppress_context__
    assert "13800001111" not in caplog.text and "13800001111" not in repr(NOTE)


# ── WeCom ──
def test_wecom_renews_a_token_that_ended(settings):
    tokens, codes = iter(("t1", "t2")), iter((42001, 0))

    def answer(path: str, body: bytes):
        return (200, {"access_token": next(tokens)} if "gettoken" in path else {"errcode": next(codes)})

    with gateway(answer) as server:
        settings.WECOM_API, settings.WECOM_CORP_ID, settings.WECOM_SECRET = server.url, "corp", "s3cret"
        WeCom().send(NOTE)
    sent = [path for path, _headers, _body in server.asked if "send" in path]
    assert [path.split("=")[1] for path in sent] == ["t1", "t2"]
    card = json.loads(server.asked[-1][2])
    assert card["touser"] == NOTE.to and card["textcard"]["url"] == NOTE.link and card["enable_duplicate_check"] == 1


@pytest.mark.parametrize(
    ("answer", "raised", "lasting"),
    [
        ({"errcode": 45009}, Away, None), ({"errcode": 60111}, Rejected, True), ({"errcode": 44004}, Rejected, False),
        ({"errcode": 0, "invaliduser": "x"}, Rejected, True),
    ],
)  # fmt: skip
def test_wecom_codes(settings, answer, raised, lasting):
    reply = lambda path, body: (200, {"access_token": "t"} if "gettoken" in path else answer)  # noqa: E731
    with gateway(reply) as server:
        settings.WECOM_API, settings.WECOM_CORP_ID, settings.WECOM_SECRET = server.url, "corp", "s3cret"
        with pytest.raises(raised) as problem:
            WeCom().send(NOTE)
    assert getattr(problem.value, "lasting", None) is lasting


# ── which ways ──
def test_habits_choices_and_the_mail_that_always_goes(settings, person):
    settings.SMS_URL = settings.WECOM_API = "file:"
    Reachability.objects.create(user=person, wecom="zhang", channels={"news": ["wecom"], "safety": []})
    for kind in ("news", "due", "safety"):
        outbox.tell([person], kind, key=kind, kind=kind)
    deliveries.route()
    ways = {kind: set(Delivery.objects.filter(message__kind=kind).values_list("channel", flat=True)) for kind in
            ("news", "due", "safety")}  # fmt: skip
    assert ways == {"news": {"wecom"}, "due": {"email", "sms", "wecom"}, "safety": {"email"}}


def test_nobody_without_an_address_and_nobody_stopped(settings, person, world):
    person.is_active = False
    person.save()
    outbox.tell([person, world["b1.chair"].user], "x", key="x", kind="due")
    deliveries.route()
    assert (Delivery.objects.count(), Message.objects.filter(routed=False).count()) == (0, 0)


def test_at_night_nothing_rings_but_safety(settings, person):
    settings.SMS_URL = "file:"
    with days.at(NIGHT):
        outbox.tell([person], "催办", key="1", kind="due")
        outbox.tell([person], "换了密码", key="2", kind="safety")
        deliveries.route()
    due = dict(Delivery.objects.filter(channel="sms").values_list("message__kind", "due_at"))
    assert days.local(due["due"]).isoformat() == "2026-11-24T07:30:00+08:00"
    assert due["safety"] == NIGHT
    assert set(Delivery.objects.filter(channel="email").values_list("due_at", flat=True)) == {NIGHT}


def test_files_for_trying_out(settings, person, tmp_path):
    settings.SMS_URL = "file:"
    with days.at(NOON):
        outbox.tell([person], "催办", "两天后截止", key="1", kind="due")
        assert work() == 2
    line = json.loads((tmp_path / "outgoing" / "sms.jsonl").read_text())
    assert (line["to"], line["subject"]) == ("13800001111", "催办")
    letter = mail.outbox[0]
    assert letter.extra_headers["Message-ID"].startswith(f"<message-{Message.objects.get().pk}@")
    assert reverse("core:message", args=[Message.objects.get().pk]) in letter.body


# ── tries, rests, giving up ──
def test_a_channel_that_is_away_rests_and_costs_no_try(settings, person):
    with gateway(lambda path, body: (503, {})) as server, days.at(NOON):
        settings.SMS_URL = server.url
        for n in range(3):
            outbox.tell([person], "催办", key=f"k{n}", kind="due")
        work()
        work()
        assert len(server.asked) == 1, "one failure stops the channel, not one per message"
        assert set(Delivery.objects.filter(channel="sms").values_list("tries", flat=True)) == {0}
        assert states()["email"] == "sent", "the other channel goes on"
        line = next(line for line in queues.channel_lines() if line["adapter"].name == "sms")
        assert line["rests"] and line["waiting"] == 3
    with gateway(lambda path, body: (200, {"code": 0})) as server, days.at(NOON + datetime.timedelta(seconds=30)):
        settings.SMS_URL = server.url
        assert work() == 3
    state = ChannelState.objects.get(pk="sms")
    assert (state.failures, state.paused_until, state.problem) == (0, None, "")


def test_rejected_waits_longer_each_time_and_is_given_up_in_sight(settings, person, world, sign_in):
    settings.SMS_URL = "file:"
    outbox.tell([person], "催办", key="1", kind="safety")
    waits, now = [], NOON
    with gateway(lambda path, body: (200, {"code": 5})) as server:
        settings.SMS_URL = server.url
        while True:
            with days.at(now):
                work()
            row = Delivery.objects.get(channel="sms")
            if row.state == "failed":
                break
            waits.append((row.due_at - now).total_seconds() / 60)
            now = row.due_at
    assert row.tries == deliveries.TRIES and row.problem == "code=5"
    assert all(0.75 * 2**n <= wait <= 1.25 * 2**n for n, wait in enumerate(waits, 1))
    client = sign_in(world["system"])
    page = client.get(reverse("core:deliveries")).content.decode()
    assert person.name in page and "code=5" in page and "催办" not in page, "whom and how, never what was said"
    settings.SMS_URL = "file:"
    client.post(reverse("core:delivery_resend", args=[row.pk]))
    work()
    assert states()["sms"] == "sent"
    assert Record.objects.filter(act="delivery.resend", change__deliveries=[row.pk]).exists()


def test_bulk_resend_takes_the_given_up_only(person, world, sign_in):
    for n, state in enumerate(("failed", "failed", "sent")):
        outbox.tell([person], "x", key=f"k{n}")
        message = Message.objects.get(key=f"k{n}")
        Delivery.objects.create(message=message, channel="email", state=state, due_at=days.now())
    sign_in(world["system"]).post(reverse("core:deliveries_resend"), {"all": "1"})
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["queued", "queued", "sent"]


def test_no_faster_than_the_gateway_takes(settings, person):
    settings.SMS_URL, settings.SMS_PER_MINUTE = "file:", 60
    for n in range(40):
        outbox.tell([person], "x", key=f"k{n}", kind="safety")
    sent = []
    for second in (0, 5, 10):
        with days.at(NOON + datetime.timedelta(seconds=second)):
            before = Delivery.objects.filter(channel="sms", state="sent").count()
            work()
            sent.append(Delivery.objects.filter(channel="sms", state="sent").count() - before)
    assert sent[0] in (10, 11) and sent[1:] == [5, 5]
    settings.SMS_PER_MINUTE = 0
    with days.at(NOON + datetime.timedelta(seconds=11)):
        work()
    assert Delivery.objects.filter(channel="sms", state="sent").count() == 40, "the control: without a limit all go"


# ── what one chooses ──
def test_the_page_keeps_what_one_chose(settings, person, world, sign_in):
    settings.SMS_URL = settings.WECOM_API = "file:"
    client, url = sign_in(world["a1.chair"]), reverse("core:ways")
    assert "企业微信账号" in client.get(url).content.decode()
    wrong = client.post(url, {"wecom": "a b", "quiet_from": "21:00"})
    assert wrong.status_code == 422 and not Reachability.objects.exists()
    chosen = {"news": ["email"], "due": ["sms", "wecom"], "wecom": "zhang.san", "quiet_from": "20:00",
              "quiet_until": "08:00"}  # fmt: skip
    assert client.post(url, chosen).status_code == 302
    own = Reachability.objects.get(user=person)
    assert {kind: chosen for kind, chosen in own.channels.items() if chosen} == {
        "due": ["sms", "wecom"], "news": ["email"],
    }  # fmt: skip
    assert (own.wecom, own.quiet_from) == ("zhang.san", datetime.time(20))


def test_requests_stays_away_from_the_log():
    assert logging.getLogger(requests.__name__).getEffectiveLevel() >= logging.WARNING
