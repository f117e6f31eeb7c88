"""P-PI2: ID numbers, phones and cards are masked on every page, list, export, document and message, for every role.

Only the plain view shows one value, for a purpose, and leaves a record (rule 34).
"""

import io
import logging
from collections.abc import Iterator

import pytest
from django.core import mail
from pypdf import PdfReader

from portal.core import deliveries, outbox
from portal.core.models import Record
from portal.registry.models import Member
from tests import factories
from tests.promises import walk
from tests.promises.stage import Stage, build

pytestmark = [pytest.mark.promise("P-PI2"), pytest.mark.django_db]


@pytest.fixture
def stage() -> Iterator[Stage]:
    """The stage of the walk, and one of the canaries nominated."""
    made = build()
    world = made.world
    call = factories.call(world["officer"])
    person = Member.objects.get(name="会员u")
    entry = factories.submitted(world["u.chair"], call, person=person)
    made.add("entry_id", entry, "u", children={"attachment_id": entry.attachments.first().pk, "revision": 1})
    logging.disable(logging.WARNING)
    yield made
    logging.disable(logging.NOTSET)


def readable(response) -> str:
    """All text of an answer, also that inside a PDF."""
    body = walk.text_of(response)
    if body.startswith(b"%PDF-1.7\n") and len(body) > 2000:
        pdf = body[: body.rindex(b"%%EOF") + 5]
        return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return body.decode("utf-8", "replace")


#: One of each role; the walk of P-ACL1 reads the pages of everybody for the same canaries.
FEW = ("anonymous", "officer", "auditor", "a.officer", "u.chair", "u.clerk", "teacher")


def pages(stage: Stage, actor: str, papers: bool, things: int) -> Iterator[str]:
    """Every address the actor could open, lists also as their export; of each address so many things."""
    for url in walk.urls():
        if "logout" in url.name:
            continue
        slow = walk.SLOW.search(url.name)
        if slow and not papers:
            continue
        for target in walk.targets(url, stage)[-1 if slow else -things :]:
            yield target.path
            if not url.arguments:
                yield f"{target.path}?export=xlsx&view=all"


def test_nothing_is_plain_by_default(stage, figure, full_size):
    looked, hits, masked = 0, [], 0
    actors = ["anonymous", *stage.world.actors] if full_size else FEW
    for actor in actors:
        client = walk.client_of(stage, actor)
        papers = actor in ("officer", "u.chair", "auditor") if full_size else actor == "officer"
        for path in pages(stage, actor, papers, 20 if full_size else 3):
            response = client.get(path)
            if response.status_code != 200:
                continue
            text = readable(response)
            looked += 1
            masked += "**********" in text or "****" in text
            hits += [f"{actor} {path}: {stage.canaries[one]}" for one in stage.canaries if one in text]
    figure("answers read", looked)
    figure("of these with a masked value", masked, wanted="> 0")
    figure("canaries in plain", len(hits), wanted="0")
    assert looked > 300
    assert masked > 5
    assert hits == []


def test_messages_carry_no_personal_value(stage, figure, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    users = [actor.user for actor in stage.world.actors.values()]
    for user in users:
        user.email = f"{user.username}@example.cn"
        user.save(update_fields=["email"])
    outbox.tell(users, "会员资料已更新", "请到门户里看。", key="mask")
    while deliveries.route() or deliveries.send_due():
        pass
    texts = [f"{one.subject} {one.body}" for one in mail.outbox]
    figure("e-mails read", len(texts))
    assert len(texts) >= len(users)
    assert not [one for one in stage.canaries if any(one in text for text in texts)]


@pytest.mark.parametrize("actor", ["u.chair", "officer"])
def test_control_the_plain_view_shows_one_value_and_leaves_a_record(stage, figure, actor):
    """The same search finds the value where the policy says P; the record names field and purpose, not the value."""
    person = Member.objects.get(name="会员u")
    client = walk.client_of(stage, actor)
    path = f"/members/{person.pk}/plain/phone/"
    refused = client.post(path, {"why": "other", "purpose": ""})
    assert person.phone not in refused.content.decode()
    shown = client.post(path, {"why": "other", "purpose": "核对慰问金发放名单"}, follow=True)
    found = [one for one in stage.canaries if one in shown.content.decode()]
    figure(f"control: values that {actor} sees for a purpose", len(found), wanted="1")
    assert found == [person.phone]
    record = Record.objects.filter(act="member.plain").latest("id")
    assert record.note == "核对慰问金发放名单" and record.change == {"field": "phone"}
    assert person.phone not in str(record.__dict__)


def test_others_have_no_plain_view(stage):
    person = Member.objects.get(name="会员u")
    for actor in ("u.clerk", "teacher", "leader", "a.officer", "v.chair", "log"):
        answer = walk.client_of(stage, actor).post(
            f"/members/{person.pk}/plain/phone/", {"why": "other", "purpose": "想看看这个号码"}
        )
        assert answer.status_code == 404, actor
