"""The handbook, followed word by word on a fresh demo world. With HANDBOOK_PICTURES its pictures are taken anew."""

import os
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.browser.handbook import CHAPTERS, Follower, steps
from tests.browser.stage import DESK, PHONE, Stage, work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PICTURES = Path(os.environ["HANDBOOK_PICTURES"]) if "HANDBOOK_PICTURES" in os.environ else None
#: Who reads it, and what they have in front of them.
NAMES = {"chair": DESK, "officer": DESK, "teacher": PHONE}


def chapter(name: str) -> str:
    return (CHAPTERS / f"{name}.md").read_text("utf-8")


def test_every_chapter_can_be_followed_as_it_is_written(browser, live_server, subtests):
    call_command("demo_world", verbosity=0)
    stage = Stage(browser, live_server.url)
    for name, size in NAMES.items():
        with subtests.test(name), stage.page(viewport=size) as page:
            assert Follower(page, PICTURES, work).follow(chapter(name)) > 20
    # the chapter that cuts the net is heard of by the console; a picture is taken with styles of its own
    said = [one for one in stage.complaints if "ERR_INTERNET_DISCONNECTED" not in one]
    assert PICTURES or said == []


def test_every_chapter_is_followed_and_every_picture_is_there():
    assert {path.stem for path in CHAPTERS.glob("*.md")} - {"README"} == set(NAMES)
    pictures = {path.stem for path in (CHAPTERS / "img").glob("*.png")}
    assert {step.word for name in NAMES for step in steps(chapter(name)) if step.verb == "picture"} == pictures
    assert sum(path.stat().st_size for path in (CHAPTERS / "img").iterdir()) < 3_000_000


def test_control_a_word_that_is_not_there_is_found(browser, live_server, world):
    """Negative control: a step that nobody can do, and a bold word that nobody is told to use."""
    with Stage(browser, live_server.url).page(world["a1.chair"], viewport=PHONE) as page:
        page.goto("/")
        page.set_default_timeout(1000)
        follower = Follower(page, None, work, patience=1)
        with pytest.raises(AssertionError, match="line 2"):
            follower.follow("1. 点下面菜单的 **评选表彰**。\n2. 点 **没有这个按钮**。")
    with pytest.raises(ValueError, match="without a verb"):
        list(steps("1. 这里有 **一个词**，没人说拿它做什么。"))
