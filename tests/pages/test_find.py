"""The find box: one's own rows only, a number opens its entry, and the cost does not grow."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = "optional"


def found(sign_in, actor, text: str):
    return sign_in(actor).get(reverse("programs:find"), {"q": text})


def test_a_number_opens_its_entry_for_whoever_may_see_it(world, sign_in):
    call = factories.call(world["officer"])
    entry = factories.submitted(world["u.chair"], call)
    assert found(sign_in, world["officer"], entry.number).url == entry.get_absolute_url()
    assert found(sign_in, world["u.chair"], entry.number).url == entry.get_absolute_url()
    stranger = found(sign_in, world["v.chair"], entry.number)
    assert stranger.status_code == 200
    assert entry.get_absolute_url() not in stranger.content.decode()


def test_people_unions_and_calls_as_far_as_one_may_see_them(world, sign_in):
    factories.member(world["u"], "欧阳静远")
    factories.member(world["v"], "欧阳静好")
    call = factories.call(world["officer"])
    draft = factories.call(world["officer"], publish=False)
    page = found(sign_in, world["u.chair"], "欧阳").content.decode()
    assert "欧阳静远" in page
    assert "欧阳静好" not in page
    assert "欧阳静好" in found(sign_in, world["officer"], "欧阳").content.decode()
    assert "欧阳静远" in found(sign_in, world["u.chair"], "oyjy").content.decode()
    assert "甲区第一中学工会" in found(sign_in, world["a.officer"], "第一中学").content.decode()
    assert "乙区第一中学工会" not in found(sign_in, world["a.officer"], "第一中学").content.decode()
    calls = found(sign_in, world["u.chair"], "测试评选").content.decode()
    assert call.title in calls
    assert draft.get_absolute_url() not in calls
    nothing = found(sign_in, world["log"], "欧阳").content.decode()
    assert "没有查到" in nothing


def test_twenty_cost_what_one_costs(world, sign_in):
    def cost() -> int:
        client = sign_in(world["officer"])
        client.get(reverse("programs:find"), {"q": "候选"})
        with CaptureQueriesContext(connection) as caught:
            client.get(reverse("programs:find"), {"q": "候选"})
        return len(caught)

    call = factories.call(world["officer"])
    factories.submitted(world["u.chair"], call)
    before = cost()
    factories.submitted(world["v.chair"], call)
    factories.submitted(world["u.chair"], call)
    for _n in range(5):
        factories.member(world["v"], "候选人")
    assert cost() == before
