"""P-FILE3: a file opens only to those who may see its case now. There are no signed links; each request asks again."""

import datetime
import logging
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import Post
from programs.actions.entries import detach
from programs.actions.moves import make_move
from programs.actions.notices import object_to
from programs.models import Entry, Notice
from tests import factories
from tests.promises import walk
from tests.promises.stage import Stage, build, sees

pytestmark = [pytest.mark.promise("P-FILE3"), pytest.mark.django_db]


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = build()
    logging.disable(logging.WARNING)
    yield made
    logging.disable(logging.NOTSET)


def got(client: Client, path: str) -> bool:
    """Whether the file's bytes came."""
    response = client.get(path)
    body = walk.text_of(response)
    return response.status_code == 200 and (b"%PDF" in body or b"PK" in body or b"a,b" in body)


def file_urls(stage: Stage) -> list[tuple[str, object]]:
    """Every address that hands out a stored file, with the thing it belongs to."""
    found = []
    for thing in stage.things["entry_id"]:
        found.append((reverse("programs:attachment", args=[thing.value, thing.children["attachment_id"]]), thing))
    for thing in stage.things["job_id"]:
        found.append((reverse("core:job_file", args=[thing.value]), thing))
    for thing in stage.things["batch_id"]:
        found.append((reverse("honours:batch_pdf", args=[thing.value]), thing))
    return found


def matrix(stage: Stage) -> tuple[int, int, list[str]]:
    """Ask every file as everybody: asked, opened, and where the answer is not what the case's visibility says."""
    asked, opened, wrong = 0, 0, []
    for actor in ["anonymous", *stage.world.actors]:
        client = walk.client_of(stage, actor)
        for path, thing in file_urls(stage):
            meant = actor != "anonymous" and sees(stage, actor, thing)
            came = got(client, path)
            asked, opened = asked + 1, opened + came
            if came and not meant:
                wrong.append(f"{actor} {path} ({thing.name})")
    return asked, opened, wrong


def test_files_open_with_their_case_and_only_with_it(stage, figure):
    asked, opened, wrong = matrix(stage)
    figure("files asked for", asked)
    figure("opened", opened, wanted="> 0")
    figure("opened to somebody who may not see the case", len(wrong), wanted="0")
    assert opened > 20
    assert wrong == []


def test_rights_that_end_close_the_file_on_the_next_request(stage, figure):
    """One session, one address, before and after: a post ends, an account is closed, a file is taken off."""
    world, closed = stage.world, 0
    thing = next(one for one in stage.things["entry_id"] if one.place == "u" and not one.draft)
    path = reverse("programs:attachment", args=[thing.value, thing.children["attachment_id"]])
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    for actor in ("u.chair", "officer", "auditor"):
        client = walk.client_of(stage, actor)
        assert got(client, path), actor
        Post.objects.filter(pk=world[actor].post.pk).update(until=yesterday)
        assert not got(client, path), actor
        closed += 1
    client = walk.client_of(stage, "leader")
    assert got(client, path)
    world["leader"].user.is_active = False
    world["leader"].user.save()
    assert not got(client, path)

    clerk = walk.client_of(stage, "u.clerk")
    entry = Entry.objects.get(pk=thing.value)
    make_move(entry.pk, "return", by=factories.post("officer", world["city"]), note="换一份")
    assert got(clerk, path)
    detach(world["u.clerk"], entry.pk, thing.children["attachment_id"])
    assert clerk.get(path).status_code == 404
    figure("old links after the right ended", closed + 2, wanted="all closed")


def test_evidence_of_an_objection_opens_to_supervisors_alone(stage, figure):
    notice = Notice.objects.get(state="posted")
    made = object_to(
        notice, notice.lines.first(), "named", "附上证据，请核实这件事。", "李四", "13700000000", factories.pdf_upload()
    )
    path = reverse("programs:objection_evidence", args=[made.pk])
    opened = [actor for actor in ["anonymous", *stage.world.actors] if got(walk.client_of(stage, actor), path)]
    figure("who opens an objection's evidence", ", ".join(opened), wanted="supervisor")
    assert opened == ["supervisor"]


def test_control_a_case_without_its_scope_is_seen(stage, figure, monkeypatch):
    """The same matrix with the scope of entries taken away finds what then leaks."""
    monkeypatch.setattr(type(Entry.objects.all()), "visible_to", lambda rows, actor: rows)
    _asked, _opened, wrong = matrix(stage)
    figure("control: files leaked without the scope", len(wrong), wanted="> 0")
    assert wrong
