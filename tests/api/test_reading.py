"""The read side: rows as on the pages, masks, errors as problems, and as many queries for 50 rows as for one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories

pytestmark = pytest.mark.django_db


def get(client, path, status=200, **headers):
    response = client.get(f"/api/v1/{path}", headers=headers)
    assert response.status_code == status, (path, response.status_code, response.content.decode()[:600])
    kind = "application/json" if status < 400 else "application/problem+json"
    assert response.headers["Content-Type"].startswith(kind)
    return response.json()


# ── the document ──
def test_the_document_names_every_address_and_is_open_to_anybody(client):
    document = get(client, "schema/")
    assert document["openapi"].startswith("3.")
    operations = [op for path in document["paths"].values() for op in path.values() if "operationId" in op]
    assert len(operations) > 35
    assert len({op["operationId"] for op in operations}) == len(operations)
    for op in operations:
        assert op["summary"] and {"401", "404", "405", "429"} <= set(op["responses"]), op


def test_a_list_is_the_page_of_its_listing(world, sign_in):
    running = factories.call(world["officer"])
    for key in ("a1", "u"):
        factories.submitted(world[f"{key}.chair"], running)
    client = sign_in(world["officer"])
    page = get(client, "entries/?sort=-submitted&size=20")
    assert page["count"] == 2 and page["next"] is None
    assert {line["state"] for line in page["results"]} == {"review"}
    assert get(client, f"entries/?call={running.pk}&state=review")["count"] == 2
    assert get(client, "entries/?state=draft")["count"] == 0
    assert get(client, "entries/?view=mine")["count"] == 1


@pytest.mark.parametrize(
    "query", ["state=nonsense", "sort=secret", "page=2", "size=7", "other=1", "call=abc", "view=x"]
)
def test_a_parameter_that_cannot_be_read_is_refused_by_name(world, sign_in, query):
    told = get(sign_in(world["officer"]), f"entries/?{query}", 400)
    assert list(told["errors"]) == [query.partition("=")[0]] and told["incident"]


def test_foreign_and_unknown_are_the_same_404(world, sign_in):
    running = factories.call(world["officer"])
    foreign = factories.submitted(world["b1.chair"], running)
    client = sign_in(world["a1.chair"])
    one, two = get(client, f"entries/{foreign.pk}/", 404), get(client, "entries/999999999999/", 404)
    assert one.pop("incident") != two.pop("incident") and one == two


def test_who_is_not_signed_in_is_told_so_as_a_problem(client):
    told = get(client, "entries/", 401)
    assert told["status"] == 401 and "令牌" in told["detail"]
    assert client.get("/api/v1/entries/").headers["WWW-Authenticate"].startswith("Bearer")


def test_people_are_masked(world, sign_in):
    person = factories.member(world["a1"], "林一", document_number="310105198506150027", phone="13812345678")
    told = get(sign_in(world["a1.chair"]), f"members/{person.pk}/")
    assert told["document_masked"] == "3101**********0027" and told["phone_masked"] == "138****5678"
    assert "310105198506150027" not in str(told)


def test_x_post_chooses_a_post_of_ones_own(world, sign_in):
    user = world["a1.chair"].user
    second = factories.post("clerk", world["u"], user)
    client = sign_in(world["a1.chair"])
    assert get(client, "me/")["acting"]["organization"] == world["a1"].pk
    assert get(client, "me/", **{"X-Post": str(second.post.pk)})["acting"]["organization"] == world["u"].pk
    assert get(client, "me/", **{"X-Post": "0"})["acting"] is None
    assert "X-Post" in get(client, "me/", 403, **{"X-Post": str(world["officer"].post.pk)})["detail"]


LISTS = {
    "entries/": "officer", "members/": "officer", "organizations/": "officer", "calls/": "officer",
    "notices/": "officer", "decisions/": "officer", "objections/": "supervisor", "honours/": "officer",
    "messages/": "officer", "jobs/": "officer", "imports/": "officer", "programs/": "officer", "plans/": "officer",
}  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
def test_every_list_answers(world, sign_in, path):
    get(sign_in(world[LISTS[path]]), path)


def test_fifty_rows_cost_as_many_queries_as_one(world, sign_in):
    running = factories.call(world["officer"], places=60)
    client = sign_in(world["officer"])

    def cost(path):
        get(client, path)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            get(client, path)
        return len(seen)

    factories.submitted(world["u.chair"], running)
    paths = ["entries/?size=100", "members/?size=100", "organizations/?size=100"]
    before = {path: cost(path) for path in paths}
    for _n in range(49):
        factories.submitted(world["u.chair"], running)
    assert {path: cost(path) for path in paths} == before
    assert max(before.values()) <= 12
