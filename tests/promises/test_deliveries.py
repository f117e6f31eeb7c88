"""P-NOTE2 and P-NOTE3: e-mail reaches everybody though workers die; what was rolled back is never sent."""

import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack
from email import message_from_bytes
from pathlib import Path

import pytest
from django.core import mail
from django.db import connection, transaction

from portal.accounts.models import User
from portal.core import deliveries, outbox
from portal.core.channels import ADAPTERS
from portal.core.models import Delivery, Message
from tests.promises import workers

APP = "tests.promises.periodic:app"


def people(count: int) -> list[User]:
    User.objects.bulk_create(
        [User(username=f"p{n}", name=f"收信人{n}", email=f"p{n}@example.cn") for n in range(count)]
    )
    return list(User.objects.order_by("id"))


def received(folder: Path) -> Counter:
    """How often each Message-ID came."""
    return Counter(message_from_bytes(path.read_bytes())["Message-ID"] for path in folder.glob("*.eml"))


@pytest.mark.services
@pytest.mark.promise("P-NOTE2")
@pytest.mark.django_db(transaction=True)
def test_all_are_reached_by_mail_though_all_workers_are_killed(figure, full_size, tmp_path, monkeypatch):
    count, at_once, parts = (1000, 4, (0.25, 0.5, 0.75)) if full_size else (120, 2, (0.4,))
    sink, kills = tmp_path / "sink", []
    outbox.tell(people(count), "开会", key="meeting")
    with ExitStack() as stack:
        monkeypatch.setenv("EMAIL_URL", stack.enter_context(workers.mail_sink(sink)))
        monkeypatch.setenv("MAIL_PER_MINUTE", "0")
        crew: list[subprocess.Popen] = []
        stack.callback(lambda: [workers.kill(process) for process in crew])
        stack.enter_context(workers.beat(tmp_path / "beat", app=APP))
        for part in (*parts, 1):
            crew[:] = [workers.worker(tmp_path, name=f"w{n}", app=APP) for n in range(at_once)]
            began = time.monotonic()
            while len(list(sink.glob("*.eml"))) < count * part and time.monotonic() - began < 90:
                time.sleep(0.005)
            if part < 1:
                for process in crew:
                    workers.kill(process)
                kills.append(len(list(sink.glob("*.eml"))))
                last = time.monotonic()
        workers.until(lambda: not Delivery.objects.exclude(state="sent").exists(), 90, "the last mark")
        seconds = time.monotonic() - last
    got = received(sink)
    repeated = sum(got.values()) - len(got)
    figure("recipients", count)
    figure(f"{at_once} workers killed -9 after", " / ".join(map(str, kills)), "mails")
    figure("reached", len(got), wanted=str(count))
    figure("mails that came twice, with the same Message-ID", repeated, wanted=f"≤ {len(kills) * at_once}")
    figure("all reached after the last kill", seconds, "s", "≤ 60 s")
    assert kills[0] > 0 and kills[-1] < count, "killed while they were sending"
    assert len(got) == count == Message.objects.count()
    assert repeated <= len(kills) * at_once


@pytest.mark.promise("P-NOTE2")
@pytest.mark.django_db(transaction=True)
def test_the_control_without_the_lock_two_workers_send_the_same(figure, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.MAIL_PER_MINUTE = 0
    outbox.tell(people(40), "开会", key="meeting")
    deliveries.route()

    def at_once(work) -> int:
        mail.outbox.clear()
        threads = [threading.Thread(target=lambda: (work(), connection.close())) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        ids = Counter(letter.extra_headers["Message-ID"] for letter in mail.outbox)
        return sum(ids.values()) - len(ids)

    def unguarded() -> None:
        rows = list(Delivery.objects.select_related("message__user__reachability").filter(state="queued"))
        barrier.wait()
        with ADAPTERS["email"].session() as send:
            for row in rows:
                send(deliveries._note(row, ADAPTERS["email"]))

    barrier = threading.Barrier(3)
    doubled = at_once(unguarded)
    figure("control: three workers without the lock, mails twice or more", doubled, wanted="80")
    assert doubled == 80
    assert at_once(lambda: deliveries.send_due(20)) == 0
    assert len(mail.outbox) == 40


# one transaction per number: odd ones fail after the outbox was written; the process dies within a commit's hint
ACTS = """
import os, signal, sys
import django
django.setup()
from django.db import transaction
from portal.accounts.models import User
from portal.core import outbox
person = User.objects.get(username="p0")
for n in range(int(sys.argv[1]), int(sys.argv[2])):
    try:
        with transaction.atomic():
            outbox.tell([person], f"第 {n} 件", key=f"act-{n}")
            if n % 2:
                raise ArithmeticError
            if n == int(sys.argv[2]) - 2:
                transaction.on_commit(lambda: os.kill(os.getpid(), signal.SIGKILL))
    except ArithmeticError:
        pass
"""


@pytest.mark.services
@pytest.mark.promise("P-NOTE3")
@pytest.mark.django_db(transaction=True)
def test_sent_is_what_was_committed(figure, full_size, settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.MAIL_PER_MINUTE = 0
    acts, part = (1000, 100) if full_size else (200, 100)
    people(1)
    environment = workers.environment(tmp_path)
    codes = [
        subprocess.run(
            [sys.executable, "-c", ACTS, str(start), str(start + part)], env=environment, cwd=workers.ROOT, check=False
        ).returncode
        for start in range(0, acts, part)
    ]
    while deliveries.route() or deliveries.send_due():
        pass
    sent = Counter(letter.subject for letter in mail.outbox)
    committed = {f"第 {n} 件" for n in range(0, acts, 2)}
    figure("transactions, half of which failed", acts)
    figure("processes killed -9 between commit and what follows it", codes.count(-9), wanted=str(acts // part))
    figure("committed", len(committed))
    figure("sent though rolled back", len(sent.keys() - committed), wanted="0")
    figure("committed and not sent", len(committed - sent.keys()), wanted="0")
    figure("sent twice", sum(n > 1 for n in sent.values()), wanted="0")
    assert set(codes) == {-9}
    assert set(sent) == committed and set(sent.values()) == {1}


@pytest.mark.promise("P-NOTE3")
@pytest.mark.django_db(transaction=True)
def test_the_control_mail_from_inside_the_transaction_is_sent_for_nothing(figure, settings):
    """What the outbox replaces: the mail goes, the act does not."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    (person,) = people(1)

    def act() -> None:
        with transaction.atomic():
            outbox.tell([person], "开会", key="meeting")
            mail.send_mail("开会", "", None, [person.email])
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        act()
    figure("control: mails for an act that never was", len(mail.outbox), wanted="1")
    assert (len(mail.outbox), Message.objects.count()) == (1, 0)
