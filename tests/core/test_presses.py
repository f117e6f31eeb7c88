"""One press, one act: decided in PostgreSQL, together with the act, so with a dead Redis and after a crash too."""

import threading
import uuid

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.urls import reverse

from portal.core import presses
from portal.core.models import Press
from portal.kit import days
from portal.registry.models import HeadCount
from portal.registry.views import figures

DEAD = {"LOCATION": "redis://127.0.0.1:9/0", "OPTIONS": {"socket_connect_timeout": 0.2}}


@pytest.fixture
def press(world, sign_in, settings):
    """Send the form of a union's figures, without Redis; ``press(key)`` gives the status."""
    settings.CACHES = {"default": {"BACKEND": "portal.core.cache.ResilientCache", **DEAD}}
    client = sign_in(world["u.chair"])
    client.raise_request_exception = False
    url = reverse("registry:organization_figures", args=[world["u"].pk])

    def send(key: str, heads: int = 900) -> int:
        form = {"_key": key, "day": days.today().isoformat(), "heads": heads, "women": 420}
        return client.post(url, form).status_code

    return send


@pytest.mark.django_db
def test_twice_pressed_is_done_once_without_redis(press, monkeypatch):
    done = []
    monkeypatch.setattr(figures.actions, "report", lambda *what: done.append(what))
    key = uuid.uuid4().hex
    assert [press(key), press(key)] and len(done) == 1
    assert press(uuid.uuid4().hex) == 302 and len(done) == 2
    assert cache.add("once", 1) and cache.add("once", 1), "the control: the cache would have taken both"


@pytest.mark.django_db(transaction=True)
def test_what_broke_may_be_sent_again(press, monkeypatch):
    key, real = uuid.uuid4().hex, figures.actions.report
    before = HeadCount.objects.count()

    def breaks(*what) -> None:
        real(*what)
        raise OperationalError("the server went away after the act, before the answer")

    monkeypatch.setattr(figures.actions, "report", breaks)
    assert press(key) == 503
    assert (Press.objects.count(), HeadCount.objects.count()) == (0, before), "neither the press nor half an act"
    monkeypatch.setattr(figures.actions, "report", real)
    assert press(key) == 302 and HeadCount.objects.count() == before + 1


@pytest.mark.django_db(transaction=True)
def test_many_at_once_take_it_once():
    taken: list[bool] = []

    def take() -> None:
        taken.append(presses.take("slot"))
        connection.close()

    threads = [threading.Thread(target=take) for _n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [False] * 7 + [True]
    presses.give_back("slot")
    assert presses.take("slot")


@pytest.mark.django_db
def test_yesterday_s_presses_are_forgotten():
    presses.take("old")
    Press.objects.update(at=days.now() - presses.KEPT * 2)
    assert presses.take("new") and presses.forget() == 1
