"""The pages of places after publication: split below, given back, issued again."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from programs.models import Quota
from tests import factories
from tests.programs.test_places import BY_KIND, edition, places, quota

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = "optional"


@pytest.fixture
def call(world):
    return edition(world["officer"], BY_KIND)


def url(name: str, call) -> str:
    return reverse(f"programs:{name}", args=[call.pk])


def test_a_district_splits_and_its_school_sees_its_share(world, call, sign_in):
    client, row = sign_in(world["a.officer"]), quota(call, world["a"])
    html = client.get(url("call", call)).content.decode()
    assert "每家 3 个" in html
    assert url("share", call) in html
    data = {f"s-{row.pk}-{world['a1'].pk}": 2, f"s-{row.pk}-{world['a2'].pk}": 2}
    answer = client.post(url("share", call), data)
    assert answer.status_code == 422
    assert "一共 3 个，分出去 4 个，多 1 个" in answer.content.decode()
    assert 'value="2"' in answer.content.decode(), "nothing typed is lost"
    data[f"s-{row.pk}-{world['a2'].pk}"] = 1
    assert client.post(url("share", call), data).status_code == 302
    school = sign_in(world["a1.chair"]).get(url("call", call)).content.decode()
    assert "分给我们 2 个" in school
    assert url("give_back", call) in school


def test_a_unit_returns_and_the_owner_issues_again(world, call, sign_in):
    row, first = quota(call, world["u"]), call.categories.first()
    client = sign_in(world["u.chair"])
    assert "没用的 2 个" in client.get(url("give_back", call)).content.decode()
    bad = client.post(url("give_back", call), {"quota": row.pk, "n": 3, "reason": "没有人选"})
    assert bad.status_code == 422
    assert "没用的有 2 个" in bad.content.decode()
    assert client.post(url("give_back", call), {"quota": row.pk, "n": 1, "reason": "没有人选"}).status_code == 302
    owner = sign_in(world["officer"])
    assert "退回来 1 个，给别家" in owner.get(url("call", call)).content.decode()
    data = {"category": first.pk, "unit": world["v"].pk, "n": 1, "reason": "候选人多"}
    assert owner.post(url("reissue", call), data).status_code == 302
    assert places(call)["另一大学工会"] == 3
    assert owner.post(url("reissue", call), data).status_code == 422, "nothing is left"


@pytest.mark.parametrize(
    ("who", "name", "status"),
    [("u.chair", "share", 404), ("officer", "share", 404), ("a1.chair", "share", 404), ("a1.chair", "give_back", 404),
     ("a.officer", "reissue", 404), ("u.clerk", "give_back", 404), ("auditor", "share", 404)],
)  # fmt: skip
def test_whoever_has_no_places_of_their_own_finds_no_page(world, call, sign_in, who, name, status):
    client = sign_in(world[who])
    assert client.get(url(name, call)).status_code == status
    assert client.post(url(name, call), {"n": 1}).status_code == status
    assert Quota.objects.filter(category__call=call).count() == 8


def test_splitting_costs_the_same_for_many_schools(world, call, sign_in):
    client = sign_in(world["a.officer"])

    def cost() -> int:
        client.get(url("share", call))
        with CaptureQueriesContext(connection) as caught:
            assert client.get(url("share", call)).status_code == 200
        return len(caught)

    before = cost()
    for n in range(8):
        factories.organization("grassroots", f"甲区第{n}学校工会", world["a"], sector="basic")
    assert cost() == before
