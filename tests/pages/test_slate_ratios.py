"""The ratios beside the slate: they follow what is chosen, and a change can be tried without making it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from programs.actions.moves import make_move
from programs.spec import State
from tests import factories
from tests.programs.test_ratios import UNIVERSITY, chosen, edition

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = "optional"


def text(client, call, **what) -> str:
    return client.get(reverse("programs:slate", args=[call.pk]), what).content.decode()


def test_the_meter_follows_the_slate(world, sign_in):
    call = edition(world["officer"], UNIVERSITY)
    client = sign_in(world["officer"])
    school, _university = chosen(world, call, "a1", "u")
    assert "2 人里高校 1 人，一名也不能少" in text(client, call)
    chosen(world, call, "a2")
    html = text(client, call)
    assert "3 人里高校 1 人，少 1 人，差 16.7 个百分点" in html
    assert "再加 1 名高校，或把 1 名别的换成高校" in html
    assert "名单有 1 项比例不满足，还不能公示" in html
    make_move(school.pk, "unlist", by=world["officer"])
    assert "都满足" in text(client, call)


def test_a_change_is_tried_and_nothing_moves(world, sign_in):
    call = edition(world["officer"], UNIVERSITY)
    school, other, _u = chosen(world, call, "a1", "a2", "u")
    waiting = factories.submitted(world["v.chair"], call)
    client = sign_in(world["officer"])
    html = text(client, call, drop=other.pk, take=waiting.pk)
    assert "33.3% → 66.7%" in html
    assert 'class="was"' in html
    assert "不满足的从 <b>1</b> 项变成 <b>0</b> 项" in html
    other.refresh_from_db()
    waiting.refresh_from_db()
    assert (other.state, waiting.state) == (State.SHORTLIST, State.REVIEW)
    assert "→" not in text(client, call, drop="999999999", take="x")
    assert school.pk


def test_three_cost_what_one_costs(world, sign_in):
    call = edition(world["officer"], UNIVERSITY)
    chosen(world, call, "u")
    client = sign_in(world["officer"])

    def cost() -> int:
        text(client, call)
        with CaptureQueriesContext(connection) as caught:
            text(client, call)
        return len(caught)

    before = cost()
    chosen(world, call, "u", "v", "a1")
    assert cost() == before
