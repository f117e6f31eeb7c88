"""Lists of the API page by cursor: every row once, whatever is added, the last page as cheap as the first."""

import json
from itertools import chain

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.core.models import Message
from portal.kit import crypto, days
from portal.registry.models import Member
from tests import factories
from tests.api.test_reading import get

pytestmark = pytest.mark.django_db


def walk(client, path, meanwhile=lambda n: None):
    """The rows of every page, in order."""
    pages, address = [], f"/api/v1/{path}"
    while address:
        told = client.get(address).json()
        pages.append([row["id"] for row in told["results"]])
        assert (told["count"] is None) == (len(pages) > 1)
        address = told["next"]
        meanwhile(len(pages))
    return pages


def rows_read(sql: str) -> int:
    """How many rows the plan's leaves brought up, those thrown away included."""
    with connection.cursor() as asked:
        asked.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
        found = asked.fetchone()[0]
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]

    def leaves(node: dict) -> float:
        below = node.get("Plans", [])
        thrown = node.get("Rows Removed by Filter", 0)
        return sum(map(leaves, below)) if below else (node["Actual Rows"] + thrown) * node["Actual Loops"]

    return round(leaves(plan))


def people(world, count):
    """Members of one union, many of one name."""
    names = [("王芳", "wangfang"), ("李娜", "lina"), ("张伟", "zhangwei")]
    Member.objects.bulk_create(
        Member(
            organization=world["u"],
            name=names[n % 3][0],
            pinyin=f"{names[n % 3][1]}{n % 40:02}",
            document_number=f"{n:018}",
        )
        for n in range(count)
    )
    with connection.cursor() as asked:
        asked.execute("ANALYZE registry_member")


@pytest.mark.parametrize("sort", ["", "&sort=name", "&sort=-name", "&sort=hired", "&sort=-hired", "&sort=-birth"])
def test_every_row_comes_once_in_the_order_of_the_page(world, sign_in, sort):
    for n in range(47):
        person = factories.member(world["u" if n % 2 else "a1"], f"王{n % 7}")
        Member.objects.filter(pk=person.pk).update(hired_on=None if n % 3 else days.today().replace(year=2000 + n % 5))
    client = sign_in(world["officer"])
    path = f"members/?size=20{sort}"
    whole = get(client, path.replace("20", "100", 1))["results"]
    pages = walk(client, path)
    assert [len(page) for page in pages] == [20, 20, len(whole) - 40]
    assert [*chain(*pages)] == [row["id"] for row in whole]


def test_what_is_added_and_goes_meanwhile_moves_nobody(world, sign_in):
    people(world, 60)
    before = list(Member.objects.order_by("pinyin", "pk").values_list("pk", flat=True))
    client = sign_in(world["officer"])

    def meanwhile(n):
        Member.objects.create(organization=world["u"], name="阿一", pinyin="a", document_number=f"{9000 + n:018}")
        if 20 * n <= len(before):
            Member.objects.filter(pk=before[20 * n - 1]).delete()  # the very row that the cursor stands on

    assert [*chain(*walk(client, "members/?size=20", meanwhile))] == before
    # the control: skipping so many rows would have shown the last ones of a page again
    by_number = list(Member.objects.order_by("pinyin", "pk").values_list("pk", flat=True)[20:40])
    assert set(by_number) != set(before[20:40])


def test_the_last_page_reads_as_many_rows_as_the_first(world, sign_in):
    people(world, 3000)
    user = world["officer"].user
    Message.objects.bulk_create(Message(user=user, subject=f"{n}", key=f"k{n}") for n in range(3000))
    client = sign_in(world["officer"])
    with connection.cursor() as asked:
        asked.execute("ANALYZE core_message")
    for path, table in (("members/?size=100", "registry_member"), ("messages/?size=100", "core_message")):
        first, deep = [], []
        address = f"/api/v1/{path}"
        for cost in (first, deep):
            if cost is deep:
                for _page in range(15):
                    address = client.get(address).json()["next"]
            client.get(address)
            with CaptureQueriesContext(connection) as seen:
                client.get(address)
            lists = [q["sql"] for q in seen if f'FROM "{table}"' in q["sql"] and "LIMIT" in q["sql"]]
            cost += [len(seen), sum(map(rows_read, lists))]
        assert len(lists) == 1
        assert deep[0] <= first[0], "no more queries"
        assert deep[1] <= first[1] * 1.2 + 80 < 500, (path, first, deep)
        skipping = lists[0].replace("LIMIT 101", "LIMIT 101 OFFSET 1000")
        assert rows_read(skipping) > 1000, "the control: skipping rows reads them"


@pytest.mark.parametrize("cursor", ["nonsense", "intl:k1:abc", "a:b:c"])
def test_a_cursor_that_is_not_ours_is_refused(world, sign_in, cursor):
    told = get(sign_in(world["officer"]), f"members/?cursor={cursor}", 400)
    assert list(told["errors"]) == ["cursor"]


def test_a_cursor_serves_only_the_order_it_was_made_for(world, sign_in):
    people(world, 30)
    client = sign_in(world["officer"])
    address = get(client, "members/?size=20")["next"]
    assert "wangfang" not in address and "王" not in address
    assert client.get(address).status_code == 200
    assert client.get(f"{address}&sort=-name").status_code == 400
    strange = crypto.seal('[["-id"], [1]]', "api-cursor").replace("+", "%2B")
    assert client.get(f"/api/v1/members/?cursor={strange}").status_code == 400


@pytest.mark.parametrize(
    "path", ["me/", "programs/", "plans/", "schema/", "entries/{entry}/", "entries/{entry}/history/"]
)
def test_a_parameter_that_nobody_reads_is_refused_also_beside_lists(world, sign_in, path):
    entry = factories.submitted(world["u.chair"], factories.call(world["officer"]))
    path, client = path.format(entry=entry.pk), sign_in(world["officer"])
    assert client.get(f"/api/v1/{path}").status_code == 200
    if path == "schema/":
        return
    told = get(client, f"{path}?verson=3&x=1", 400)
    assert list(told["errors"]) == ["verson", "x"]
    assert client.head(f"/api/v1/{path}?x=1").status_code == 400
