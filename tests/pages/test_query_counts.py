"""What a page asks of the database does not grow with what it shows: as many statements for 100 rows as for 20."""

from contextlib import contextmanager

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from awards.honours.models import Certificate
from portal.accounts import sessions
from portal.accounts.models import Post
from programs.models import Call, Entry, Notice
from programs.tables import entries as tables

MOST, ROWS, KB = 15, 500, 100


class Asked:
    """Statements, and the rows they handed over."""

    def __init__(self):
        self.statements = self.rows = 0

    def __call__(self, execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        self.statements += 1
        self.rows += max(0, context["cursor"].rowcount)
        return result


@contextmanager
def counting():
    asked = Asked()
    with connection.execute_wrapper(asked):
        yield asked


@pytest.fixture
def city(db):
    with open("/dev/null", "w") as nowhere:  # noqa: PTH123
        call_command("seed_world", scale="city", verbosity=0, units=130, members=1000, entries=800, stdout=nowhere)


@pytest.fixture
def officer(city, client, monkeypatch):
    monkeypatch.setattr(sessions, "GRAIN", 3600)  # the last click is noted at some views and not at others
    post = Post.objects.get(user__username="shenyi", role="officer")
    client.force_login(post.user, backend=settings.AUTHENTICATION_BACKENDS[0])
    session = client.session
    session["post"] = post.pk
    session.save()
    return client


def cost(client, url):
    """(statements, rows read, kB) of a page that was already opened once."""
    client.get(url)
    with counting() as asked:
        answer = client.get(url)
    assert answer.status_code == 200, url
    return asked.statements, asked.rows, len(answer.content) / 1024


def lists():
    call = Call.objects.filter(program_key="women-flag").order_by("-pk")[0]
    entries, members = reverse("programs:entries"), reverse("registry:members")
    return [
        f"{reverse('programs:inbox')}?", f"{entries}?", f"{entries}?call={call.pk}&", f"{entries}?q=学校&",
        f"{members}?", f"{members}?q=王&", f"{members}?cols=document&cols=phone&",
    ]  # fmt: skip


def test_a_list_of_100_asks_what_one_of_20_asks(officer, client, monkeypatch):
    for url in lists():
        few, many = cost(officer, f"{url}size=20"), cost(officer, f"{url}size=100")
        assert few[0] == many[0], url
        assert many[0] <= MOST, url
        assert many[1] <= ROWS, url
        assert cost(officer, f"{url}size=50")[2] <= KB, url
    _single_pages(officer, client)
    # the control: rows that ask for their own unit are seen
    officer_user = Post.objects.get(user__username="shenyi", role="officer").user
    client.force_login(officer_user, backend=settings.AUTHENTICATION_BACKENDS[0])
    rows = tables.listed
    monkeypatch.setattr(tables, "listed", lambda actor: rows(actor).select_related(None))
    url = reverse("programs:entries")
    assert cost(client, f"{url}?size=20")[0] < cost(client, f"{url}?size=100")[0]


def _single_pages(officer, client):
    """The pages of one thing stay below the same ceilings; the public ones ask twice at most."""
    call = Call.objects.filter(program_key="women-flag").order_by("-pk")[0]
    mended = Entry.objects.filter(call=call, submitted_at__isnull=False).order_by("-revision", "pk").first()
    for url in (call.get_absolute_url(), mended.get_absolute_url()):
        statements, rows, size = cost(officer, url)
        assert statements <= MOST, url
        assert rows <= ROWS, url
        assert size <= KB, url
    client.logout()
    notice, paper = Notice.objects.public().first(), Certificate.objects.first()
    for url in (
        reverse("programs:public_notice", args=[notice.code]), reverse("verify:certificate", args=[paper.code]),
        reverse("programs:public_notices"),
    ):  # fmt: skip
        assert cost(client, url)[0] <= 2, url
