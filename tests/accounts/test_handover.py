"""A post is handed over in one act, by its holder or by the level above, on a day."""

import datetime

import pytest
from django.urls import reverse

from portal.accounts.actions.handover import hand_over
from portal.accounts.models import Post
from portal.core.actor import Actor
from portal.core.models import Message, Record
from portal.kit import days
from portal.kit.refusal import Refused
from tests import factories

pytestmark = pytest.mark.django_db
NOTE = "甲教工〔2026〕5号批复"


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = "optional"


def tomorrow() -> datetime.date:
    return days.today() + datetime.timedelta(days=1)


def test_one_ends_and_the_other_begins_on_the_day(world):
    chair, heir = world["a1.chair"], factories.user("接任的人")
    fresh = hand_over(chair, chair.post.pk, heir, tomorrow(), NOTE)
    old = Post.objects.get(pk=chair.post.pk)
    assert (old.until, fresh.since, fresh.user) == (days.today(), tomorrow(), heir)
    assert chair.user.posts.current().exists() and not heir.posts.current().exists(), (
        "until the day it is the old one's"
    )
    assert Record.objects.filter(act="post.hand_over", target_id=old.pk).count() == 1
    assert Message.objects.filter(user__in=[chair.user, heir]).count() == 2


@pytest.mark.parametrize(
    ("by", "post", "to", "on", "why"),
    [
        ("a2.chair2", "a1.chair", "heir", 0, "不归你移交"),
        ("b.officer", "a1.chair", "heir", 0, "不归你移交"),
        ("a.officer", "a.officer", "heir", 0, "不归你移交"),
        ("officer", "leader", "heir", 0, "不归你移交"),
        ("a.officer", "a1.chair", "a.officer", 0, "不能给自己"),
        ("a.officer", "a1.chair", "a1.chair", 0, "现在就是"),
        ("a1.chair", "a1.chair", "heir", -1, "已经过去"),
        ("a1.chair", "a1.chair", "auditor", 0, "不能兼别的岗位"),
    ],
)
def test_what_is_refused(world, by, post, to, on, why):
    world.actors["heir"] = Actor(factories.user("接任的人"))
    world.actors["a2.chair2"] = factories.post("chair", world["a2"])
    day = days.today() + datetime.timedelta(days=on)
    with pytest.raises(Refused, match=why):
        hand_over(world[by], world[post].post.pk, world[to].user, day, NOTE)
    assert Post.objects.get(pk=world[post].post.pk).until is None, "nothing was ended"


def test_the_pages_show_the_open_work(world, sign_in):
    factories.draft(world["a1.chair"], factories.call(world["officer"]))
    heir = factories.user("接任的人", username="jieren")
    mine = reverse("accounts:hand_over_mine")
    page = sign_in(world["a1.chair"]).get(mine).content.decode()
    assert "草稿" in page and "1 件" in page
    path = reverse("accounts:post_hand_over", args=[world["a1.chair"].post.pk])
    client = sign_in(world["a.officer"])
    assert client.get(mine).status_code == 404
    assert sign_in(world["b.officer"]).get(path).status_code == 404
    client = sign_in(world["a.officer"])
    data = {"user": "nobody", "on": days.today().isoformat(), "note": NOTE}
    assert client.post(path, data).status_code == 422
    assert client.post(path, {**data, "user": "jieren"}).status_code == 302
    assert heir.posts.current().get().organization == world["a1"]
    assert (
        "移交"
        in sign_in(world["a.officer"]).get(reverse("registry:organization", args=[world["a1"].pk])).content.decode()
    )
