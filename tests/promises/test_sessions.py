"""P-AUTH1, 2, 5, 6, 7 and P-ACL6: sessions that end to the second, rights that end at once, and who it is once more."""

import datetime
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal import policy
from portal.accounts import actions, sessions
from portal.accounts.adapter import Adapter
from portal.accounts.models import FormerContact, Post, SpentCode, User
from portal.core import deliveries, exports, jobs
from portal.core.actor import Actor
from portal.core.jobs import JobRun
from portal.core.models import Delivery, Job, Message, Record
from portal.kit.refusal import Refused
from portal.privacy.actions import wishes
from tests import factories
from tests.promises import walk
from tests.promises.stage import Stage, build

pytestmark = pytest.mark.django_db
PASSWORD = "Test-pass-2026"
SECRET = "JBSWY3DPEHPK3PXP"


def code(n: int = 0) -> str:
    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30 + n))


def enter(actor: Actor, password: str = PASSWORD) -> Client:
    client = Client()
    answer = client.post(reverse("account_login"), {"login": actor.user.username, "password": password})
    assert answer.status_code == 302
    return client


def inside(client: Client) -> bool:
    return client.get(reverse("core:messages")).status_code == 200


def shift(client: Client, **back: float) -> None:
    """Move what the session remembers into the past by so many seconds."""
    session = client.session
    for key, seconds in back.items():
        session[key] -= seconds
    session.save()


# ── P-AUTH1 ──
@pytest.mark.promise("P-AUTH1")
def test_the_session_gets_a_new_id_whenever_rights_rise(world, settings, figure):
    changes, alive = {}, []

    def note(what: str, client: Client, before: str | None) -> None:
        changes[what] = client.session.session_key != before
        old = Client()
        old.cookies[django_settings.SESSION_COOKIE_NAME] = before or "none"
        alive.append(inside(old))

    staff = world["officer"]
    client = Client()
    client.get(reverse("account_login"))
    client.session["x"] = 1
    session = client.session
    session.save()
    before = session.session_key
    client.cookies[django_settings.SESSION_COOKIE_NAME] = before
    client.post(reverse("account_login"), {"login": staff.user.username, "password": PASSWORD})
    note("log-in", client, before)
    second = factories.post("chair", world["a1"], staff.user)
    before = client.session.session_key
    assert inside(client)
    note("a post granted meanwhile", client, before)
    before = client.session.session_key
    client.post(reverse("accounts:act_as"), {"post": second.post.pk})
    note("acting in another post", client, before)
    shift(client, fresh_at=700)
    before = client.session.session_key
    client.post(reverse("account_email"), {"action_add": "", "email": "x@example.cn", "_again-password": PASSWORD})
    note("password once more", client, before)
    TOTP.activate(staff.user, SECRET)
    fresh = Client()
    fresh.post(reverse("account_login"), {"login": staff.user.username, "password": PASSWORD})
    before = fresh.session.session_key
    fresh.post(reverse("mfa_authenticate"), {"code": code()})
    note("second factor", fresh, before)
    figure("rises of rights with a new session id", sum(changes.values()), wanted="5 of 5")
    figure("old ids that still open", sum(alive), wanted="0")
    assert changes == dict.fromkeys(changes, True)
    assert not any(alive)


@pytest.mark.promise("P-AUTH1")
def test_the_control_an_unchanged_session_keeps_its_id(world, figure):
    client = enter(world["a1.chair"])
    before = client.session.session_key
    assert inside(client)
    figure("control: plain requests that change the id", int(client.session.session_key != before), wanted="0")
    assert client.session.session_key == before


# ── P-AUTH2 ──
@pytest.mark.promise("P-AUTH2")
def test_staff_reach_nothing_by_password_alone(settings, figure):
    settings.STAFF_SECOND_FACTOR = "required"
    stage, opened, tried = build(), [], 0
    client = walk.client_of(stage, "officer")
    for url in walk.urls():
        if url.mark is None or url.mark[0] in ("public", "health", "account") or "GET" not in url.view.methods:
            continue
        if policy.scope("officer", *url.mark) is None:
            continue
        for target in walk.targets(url, stage)[:1]:
            tried += 1
            answer = client.get(target.path)
            if answer.status_code != 403 and answer.headers.get("Location") != reverse("mfa_activate_totp"):
                opened.append(target.path)
    figure("pages of staff asked by password alone", tried)
    figure("of these that open", len(opened), wanted="0")
    assert tried > 40
    assert opened == []


@pytest.mark.promise("P-AUTH2")
def test_a_code_works_once_also_without_redis(world, settings, figure):
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    # the control comes last: on a busy machine its half minute would be over
    settings.MFA_TOTP_TOLERANCE = 10
    staff = world["officer"].user
    TOTP.activate(staff, SECRET)
    used, ways = code(), []
    for _n in range(2):
        client = Client()
        client.post(reverse("account_login"), {"login": staff.username, "password": PASSWORD})
        client.post(reverse("mfa_authenticate"), {"code": used})
        ways.append(inside(client))
    figure("log-ins with one code, Redis away", sum(ways), wanted="1")
    assert ways == [True, False]
    SpentCode.objects.all().delete()
    client = Client()
    client.post(reverse("account_login"), {"login": staff.username, "password": PASSWORD})
    client.post(reverse("mfa_authenticate"), {"code": used})
    figure("control: the same code without its mark", int(inside(client)), wanted="1")
    assert inside(client)


# ── P-AUTH5 ──
@pytest.mark.promise("P-AUTH5")
def test_stopped_moved_and_changed_end_with_the_next_request(world, figure):
    second = factories.post("security", world["city"])

    def elsewhere(actor: Actor) -> None:
        form = {"oldpassword": PASSWORD, "password1": "Brand-new-2026", "password2": "Brand-new-2026"}
        assert enter(actor).post(reverse("account_change_password"), form).status_code == 302

    ways = {
        "account stopped": lambda actor: actions.set_active(second, actor.user.pk, False, "离职"),
        "password renewed": lambda actor: actions.renew_password(second, actor.user.pk),
        "signed out by an officer": lambda actor: actions.end_all_sessions(second, actor.user.pk),
        "post taken away": lambda actor: actions.end_post(second, actor.post.pk, "调离"),
        "password changed elsewhere": elsewhere,
    }

    lived = []
    for way, act in ways.items():
        actor = factories.post("chair", world["a1"])
        client = enter(actor)
        page = reverse("core:days")
        assert client.get(page).status_code == 200
        act(Actor(User.objects.get(pk=actor.user.pk), actor.post))
        if client.get(page).status_code == 200:
            lived.append(way)
    figure("ways to end a right", len(ways))
    figure("of these a session outlived", len(lived), wanted="0")
    assert lived == []


# ── P-AUTH6 ──
def go_out() -> None:
    """Every message by its ways, as the workers do."""
    deliveries.route()
    deliveries.send_due()


@pytest.mark.promise("P-AUTH6")
def test_a_new_address_resets_nothing_for_a_day_and_the_old_one_is_told(world, mailoutbox, figure):
    owner = factories.user("户主", email="old@example.cn")
    client = enter(Actor(owner))
    client.get(reverse("account_email"))
    client.post(reverse("account_email"), {"action_add": "", "email": "new@example.cn"})
    client.post(reverse("account_email"), {"action_primary": "", "email": "new@example.cn"})
    reset = reverse("account_reset_password")
    assert Client().post(reset, {"email": "new@example.cn"}).status_code == 302
    sent = Job.objects.filter(kind="accounts.reset").count()
    figure("letters to an address younger than a day", sent, wanted="0")
    assert sent == 0
    go_out()
    told = [one for one in mailoutbox if one.to == ["old@example.cn"]]
    figure("letters to the former address", len(told), wanted="1")
    assert len(told) == 1 and "主邮箱改过了" in told[0].subject
    User.objects.filter(pk=owner.pk).update(contact_changed_at=timezone.now() - datetime.timedelta(hours=24))
    Client().post(reset, {"email": "new@example.cn"})
    figure("control: a day later", Job.objects.filter(kind="accounts.reset").count(), wanted="1")
    assert Job.objects.filter(kind="accounts.reset").count() == 1


@pytest.mark.promise("P-AUTH6")
def test_for_a_day_the_former_contact_hears_of_everything(world, mailoutbox, settings, figure, tmp_path):
    """Whoever took the account over changes the address first; what follows reaches the owner all the same."""
    settings.SMS_URL, settings.OUTGOING_DIR = "file:", tmp_path
    owner = world["u.clerk"].user
    adapter = Adapter()
    adapter.set_phone(owner, "13900001111", True)
    User.objects.filter(pk=owner.pk).update(email="old@example.cn")
    User.objects.filter(pk=owner.pk).update(email="thief@example.cn")
    owner.refresh_from_db()
    adapter.set_phone(owner, "13900002222", True)
    client = enter(world["u.clerk"])
    form = {"oldpassword": PASSWORD, "password1": "Brand-new-2026", "password2": "Brand-new-2026"}
    client.post(reverse("account_change_password"), form)
    actions.renew_password(world["security"], owner.pk)
    go_out()
    letters = {one.subject for one in mailoutbox if one.to == ["old@example.cn"]}
    texts = "".join(file.read_text() for file in tmp_path.rglob("*") if file.is_file())
    figure("of 2 changes told to the former address", len(letters), wanted="2")
    assert letters == {"密码改过了", "密码由管理员重设过"} and texts.count("13900001111") == 2
    assert set(Delivery.objects.filter(state=Delivery.State.SENT).values_list("to", flat=True)) == {""}, "and forgotten"
    FormerContact.objects.update(at=timezone.now() - datetime.timedelta(hours=24))
    actions.renew_password(world["security"], owner.pk)
    go_out()
    after = [one for one in mailoutbox if one.to == ["old@example.cn"]]
    figure("control: told there a day later", len(after) - 2, wanted="0")
    assert len(after) == 2 and mailoutbox[-1].to == ["thief@example.cn"]


@pytest.mark.promise("P-AUTH6")
def test_a_second_factor_is_taken_off_by_two_and_then_nothing_leaves_for_a_day(world, figure):
    first, second = world["security"], factories.post("security", world["city"])
    staff = world["officer"].user
    TOTP.activate(staff, SECRET)
    act = actions.ask_factor_reset(first, staff, "本人带工作证来过")
    with pytest.raises(Refused):
        actions.answer(first, act.pk, True)
    assert Authenticator.objects.filter(user=staff).exists()
    client = enter_with_code(staff)
    actions.answer(second, act.pk, True)
    assert not inside(client), "signed out"
    told = set(Message.objects.filter(key=f"factor-{act.pk}").values_list("user", flat=True))
    staff.refresh_from_db()
    with pytest.raises(Refused, match="24 小时"):
        exports.still_allowed(Actor(staff, world["officer"].post), "member")
    with pytest.raises(Refused, match="24 小时"):
        wishes.copy(Actor(staff, world["officer"].post))
    ready = jobs.start("core.export", Actor(staff, world["officer"].post), "名单", {"resource": "member"})
    with pytest.raises(Refused, match="24 小时"):
        exports.taker_of(Job.objects.get(pk=ready.pk))
    User.objects.filter(pk=staff.pk).update(restrained_until=timezone.now())
    exports.taker_of(Job.objects.get(pk=ready.pk))
    staff.refresh_from_db()
    exports.still_allowed(Actor(staff, world["officer"].post), "member")
    figure("resets by one officer alone", 0, wanted="0")
    figure("told of the reset: the person and the leader of the union", len(told), wanted="2")
    assert told == {staff.pk, world["leader"].user.pk}


def enter_with_code(user: User) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": user.username, "password": PASSWORD})
    client.post(reverse("mfa_authenticate"), {"code": code()})
    assert inside(client)
    return client


# ── P-AUTH7 ──
@pytest.mark.promise("P-AUTH7")
@pytest.mark.parametrize(
    ("who", "key", "seconds"),
    [
        ("officer", "seen", sessions.IDLE), ("officer", "began", sessions.STAFF_AT_MOST),
        ("a1.chair", "began", sessions.AT_MOST), ("teacher", "began", sessions.AT_MOST),
    ],
)  # fmt: skip
def test_sessions_end_to_the_second(world, figure, who, key, seconds):
    client = enter(world[who])
    shift(client, **{key: seconds - 5})
    before = inside(client)
    session = client.session
    session[key] = time.time() - seconds
    session.save()
    after = inside(client)
    figure(f"{who}: {key} ends after", seconds, "s")
    figure(f"{who}: open 5 s before, shut to the second", f"{before}, {after}", wanted="True, False")
    assert (before, after) == (True, False)


def test_a_chair_may_think_for_a_day(world):
    client = enter(world["a1.chair"])
    shift(client, seen=24 * 3600)
    assert inside(client)


@pytest.fixture
def stage(db) -> Stage:
    return build()


@pytest.mark.promise("P-AUTH7")
def test_every_sensitive_act_asks_once_more_after_ten_minutes(stage, figure):
    """From the policy's own set: each address with such a mark, by somebody who may."""
    asked, silent, tried = 0, [], 0
    for actor in ("officer", "leader", "security", "auditor", "a1.chair"):
        client = walk.client_of(stage, actor)
        session = client.session
        session[sessions.FRESH_KEY] = time.time() - sessions.FRESH_SECONDS
        session.save()
        for url in walk.urls():
            fresh = url.mark in policy.FRESH if url.mark else url.name in policy.VENDOR_FRESH
            if not fresh or (url.mark and "POST" not in url.view.methods):
                continue
            for target in walk.targets(url, stage)[:1]:
                if url.mark and policy.scope(stage.world[actor].role, *url.mark) is None:
                    continue
                tried += 1
                answer = client.post(target.path, {"note": "x", "typed": "留着的字"})
                if answer.headers.get("X-Step-Up") and "留着的字" in answer.content.decode():
                    asked += 1
                else:
                    silent.append(f"{actor} {target.path}: {answer.status_code}")
    figure("sensitive acts tried by somebody who may", tried)
    figure("of these that did not ask", len(silent), wanted="0")
    assert asked == tried > 15, silent


@pytest.mark.promise("P-AUTH7")
def test_within_ten_minutes_nobody_is_asked(world, figure):
    client = enter(world["officer"])
    person = factories.member(world["u"], "某人")
    url = reverse("registry:member_plain", args=[person.pk, "document_number"])
    shift(client, fresh_at=sessions.FRESH_SECONDS - 5)
    answer = client.post(url, {"purpose": "核对身份"})
    figure("control: asked within ten minutes", int("X-Step-Up" in answer.headers), wanted="0")
    assert "X-Step-Up" not in answer.headers


def test_what_was_typed_comes_through_and_a_wrong_password_does_not(world):
    client, somebody = enter(world["security"]), factories.user("王芳", username="wangfang")
    shift(client, fresh_at=sessions.FRESH_SECONDS)
    form = {
        "user": "wangfang", "role": "clerk", "organization": world["u"].name, "since": timezone.localdate(),
        "note": "任职通知",
    }  # fmt: skip
    url = reverse("accounts:post_grant")
    question = client.post(url, form)
    kept = dict(question.context["typed"])
    assert kept["note"] == "任职通知"
    assert client.post(url, {**kept, "_again-password": "wrong"}).status_code == 422
    assert not Post.objects.filter(user=somebody).exists()
    assert client.post(url, {**kept, "_again-password": PASSWORD}).status_code == 302
    assert Post.objects.get(user=somebody).role == "clerk"
    assert client.get(reverse("accounts:users")).status_code == 200


def test_with_a_second_factor_the_password_is_not_enough(world):
    staff = world["security"].user
    client = enter(world["security"])
    TOTP.activate(staff, SECRET)
    shift(client, fresh_at=sessions.FRESH_SECONDS)
    url = reverse("accounts:user_release", args=[world["u.clerk"].user.pk])
    assert client.post(url, {"_again-password": PASSWORD}).headers["X-Step-Up"]
    assert client.post(url, {"_again-code": "000000"}).status_code == 422
    assert client.post(url, {"_again-code": code()}).status_code == 302


def test_an_export_asks_first_and_then_downloads(world):
    client = enter(world["officer"])
    factories.member(world["u"], "某人")
    shift(client, fresh_at=sessions.FRESH_SECONDS)
    url = reverse("registry:members") + "?export=xlsx"
    assert client.get(url).headers["X-Step-Up"]
    answer = client.post(url, {"_again-password": PASSWORD})
    assert (answer.status_code, answer.url) == (302, url)
    assert "X-Step-Up" not in client.get(url).headers


def test_guessing_here_is_limited_too(world):
    client = enter(world["security"])
    shift(client, fresh_at=sessions.FRESH_SECONDS)
    url = reverse("accounts:user_release", args=[world["u.clerk"].user.pk])
    answers = [client.post(url, {"_again-password": f"guess {n}"}).status_code for n in range(6)]
    assert answers == [422] * 4 + [429] * 2, "this computer is known"


# ── P-ACL6 ──
@pytest.mark.promise("P-ACL6")
def test_a_running_job_stops_with_a_note_when_the_right_ends(world, figure):
    second = factories.post("security", world["city"])
    officer = world["a.officer"]
    ended = []

    def work(run: JobRun) -> None:
        for n in range(100):
            if n == 3 and run.job.owner == officer.user:
                actions.end_post(second, officer.post.pk, "调离")
            run.progress(n, 100, force=True)
            ended.append(n)

    jobs.HANDLERS["test.long"] = work
    job = jobs.start("test.long", officer, "长活")
    jobs.run(job.pk)
    job.refresh_from_db()
    figure("steps that a job made after the right ended", len(ended) - 3, wanted="0")
    assert len(ended) == 3
    assert (job.state, "已经不在" in job.error) == (Job.State.FAILED, True)
    again = jobs.start("test.long", world["officer"], "长活")
    jobs.run(again.pk)
    figure("control: steps of somebody who keeps the right", len(ended) - 3, wanted="100")
    assert len(ended) == 103
    del jobs.HANDLERS["test.long"]


def test_refusals_of_the_door_leave_their_line(world):
    Client().post(reverse("account_login"), {"login": world["officer"].user.username, "password": "x"})
    assert Record.objects.filter(act="account.login_failed").exists()
