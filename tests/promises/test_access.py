"""P-ACL1: whose page, whose row. Generated from the URL conf: a new address is walked without being named."""

import logging
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from portal import policy
from portal.accounts.middleware import may_enter
from portal.registry.models import Member
from tests.promises import walk
from tests.promises.stage import Stage, build, sees

pytestmark = pytest.mark.django_db
#: Answers of an address that is open to the actor, where the state of the thing decides more than the policy does.
OPEN = {200, 204, 302, 303, 400, 409, 422, 429}

#: Addresses that ask more than the policy can say.
STRICTER = {
    "privacy:consent_publish": "one text for all: the city's officers alone",
    "privacy:retention_set": "the terms hold for all: the city's officers alone",
    "core:day_add": "one calendar holds for all: the city's officers alone",
    "core:day_remove": "the same",
    "programs:share": "units with places of their own and units below them",
    "programs:give_back": "units with places of their own",
    "accounts:hand_over_mine": "officers hold staff posts: only chairs and clerks hand their own over",
    "accounts:post_hand_over": "staff posts are granted by security administrators",
    "registry:organization_change": "one's own union is changed by the level above it",
}


#: Where people see their own values in plain, and nobody else's: the copy of their data.
OWN = ("/my-data/copy/",)


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = build()
    # thousands of refusals, each with its line in the log
    logging.disable(logging.WARNING)
    yield made
    logging.disable(logging.NOTSET)


#: Roles that other actors have elsewhere too: left for the full size.
VENDOR_ACTORS = ("anonymous", "officer", "teacher")
TWINS = ("b.officer", "a2.chair", "b1.chair", "v.chair", "u.chair")


def actors(stage: Stage, full: bool) -> list[str]:
    return ["anonymous", *(key for key in stage.world.actors if full or key not in TWINS)]


# ── every address has its line ──
def test_every_address_has_a_policy():
    found = walk.urls()
    assert len(found) > 100
    listed = policy.VENDOR_PUBLIC | policy.VENDOR_SIGNED_IN | policy.VENDOR_CLOSED
    assert [url.name for url in found if url.mark is None and url.name not in listed] == []
    assert [url.name for url in found if not url.name.rpartition(":")[2]] == [], "an address without a name"
    assert sorted(listed - {url.name for url in found}) == [], "listed, but there is no such address"


def test_a_view_without_a_mark_is_open_to_nobody():
    """Control: the same function with and without its mark."""

    def bare(request) -> HttpResponse:
        return HttpResponse("x")

    assert not any(may_enter(role, bare, "rooms:new") for role in policy.ROLES)
    bare.access = ("public", "read")
    assert all(may_enter(role, bare, "rooms:new") for role in policy.ROLES)


# ── P-ACL1 ──
@dataclass
class Walked:
    """What was asked and what was wrong."""

    wrong: list[str] = field(default_factory=list)
    counted: Counter = field(default_factory=Counter)
    asked: set[tuple[str, ...]] = field(default_factory=set)


def go(stage: Stage, names: list[str], urls: list[walk.Url], full: bool) -> Walked:
    """Ask everything and compare with what is meant; every request that is not closed is taken back."""
    walked = Walked()
    canaries = [text.encode() for text in stage.canaries]
    every = [thing for things in stage.things.values() for thing in things]
    for actor in names:
        client = walk.client_of(stage, actor)
        ticket = client.cookies.output().replace("Set-Cookie: ", "")
        foreign = [thing for thing in every if actor == "anonymous" or not sees(stage, actor, thing)]
        before = walk.fingerprint(foreign)
        for url in urls:
            for target, method in requests(stage, actor, url, full, walked.asked):
                client.cookies.clear()
                client.cookies.load(ticket)  # one of the addresses signs out
                meant, problem = ask(stage, actor, client, target, method, canaries)
                walked.counted[meant] += 1
                if problem:
                    walked.wrong.append(f"{actor} {method} {target.path} ({url.name}, {meant}): {problem}")
        after = walk.fingerprint(foreign)
        walked.wrong += [f"{actor} changed {name}" for name in before if before[name] != after[name]]
    return walked


def ask(
    stage: Stage, actor: str, client: Client, target: walk.Target, method: str, canaries: list[bytes]
) -> tuple[str, str]:
    """(what was meant, what is wrong with the answer)."""
    meant = walk.expected(stage, actor, target, method)
    narrow = target.things if meant == "narrow" and method != "GET" else ()
    with transaction.atomic():
        kept = walk.fingerprint(narrow)
        response = client.generic(method, target.path, headers={"accept": "text/html"})
        text, now = walk.text_of(response), walk.fingerprint(narrow)
        transaction.set_rollback(meant in ("open", "narrow"))
    if problem := judge(meant, method, target, response.status_code, response.headers.get("Location", "")):
        return meant, problem
    own = {one for one, whose in stage.canaries.items() if whose == actor and target.path in OWN}
    if any(canary in text for canary in canaries if canary.decode() not in own):
        return meant, "a canary in the answer"
    return meant, ", ".join(f"changed {name}" for name in kept if kept[name] != now[name])


@pytest.mark.promise("P-ACL1")
def test_the_walk(stage, figure, full_size):
    """Every address × every actor × things of every place × every method."""
    found, started = walk.urls(), time.monotonic()
    assert walk.unknown_arguments(found, stage) == []
    walked = go(stage, actors(stage, full_size), found, full_size)
    closed, total = walked.counted["closed"] + walked.counted["login"], sum(walked.counted.values())
    figure("addresses walked", len(found), wanted="every one")
    figure("requests", total)
    figure("of these closed to the actor", closed)
    figure("answers that differ from the policy", len(walked.wrong), wanted="0")
    figure("duration", time.monotonic() - started, "s", "< 120 s")
    assert closed > 1000
    assert not walked.wrong, f"{len(walked.wrong)} of {total}:\n" + "\n".join(walked.wrong[:150])


@pytest.mark.promise("P-ACL1")
def test_the_control_a_query_without_its_scope_is_found(stage, figure, monkeypatch):
    members = [url for url in walk.urls() if url.name.startswith("registry:member")]
    assert go(stage, ["a1.chair"], members, False).wrong == []
    monkeypatch.setattr(type(Member.objects.all()), "visible_to", lambda rows, actor: rows)
    broken = go(stage, ["a1.chair"], members, False).wrong
    figure("control: foreign members opened without the scope", len(broken), wanted="> 0")
    assert broken


def requests(
    stage: Stage, actor: str, url: walk.Url, full: bool, asked: set[tuple[str, ...]]
) -> Iterator[tuple[walk.Target, str]]:
    """What is asked of one address: things of every relation by GET and POST, the other methods once per relation."""
    groups: dict[str, list[walk.Target]] = {}
    for target in walk.targets(url, stage):
        groups.setdefault(walk.expected(stage, actor, target), []).append(target)
    if url.mark is None and not full and actor not in VENDOR_ACTORS:
        return
    guarded = url.mark is not None and policy.scope(role_of(stage, actor), *url.mark) is None
    for meant, group in groups.items():
        # where the role has no line, the door is shut before any thing is looked at
        once = guarded or (meant != "closed" and walk.SLOW.search(url.name))
        few = 1 if once else 2 if meant == "open" and not full else 3
        for n, target in enumerate(walk.spread(group, few)):
            known = getattr(url.view, "methods", walk.METHODS)
            for method in walk.METHODS:
                if method == "HEAD" and walk.SLOW.search(url.name):
                    continue
                # which methods an address answers hangs on the address (and the role): once per relation is enough
                if method not in known or method == "HEAD":
                    key = (url.name, meant, method, role_of(stage, actor) if full else "")
                    if n or key in asked:
                        continue
                    asked.add(key)
                yield target, method


def role_of(stage: Stage, actor: str) -> str:
    return "anonymous" if actor == "anonymous" else stage.world[actor].role


def judge(meant: str, method: str, target: walk.Target, status: int, location: str) -> str:
    """What is wrong with the answer, "" if nothing."""
    if status >= 500:
        return f"status {status}"
    methods = getattr(target.url.view, "methods", None)
    answers = not methods or method in methods or (method == "HEAD" and "GET" in methods)
    if meant == "closed":
        # 405 comes from the door, the same for things that are not there
        return "" if status == 404 or (status == 405 and not answers) else f"status {status} instead of 404"
    if meant == "login" and target.path.startswith("/api/"):
        return "" if status == 401 else f"status {status} instead of 401"
    if meant == "login":
        return (
            ""
            if status == 302 and location.startswith("/account/login/")
            else f"status {status} to {location or 'nowhere'}"
        )
    if not answers:
        return "" if status == 405 else f"status {status} instead of 405"
    bound = target.url.name in STRICTER or any(thing.draft for thing in target.things)
    if meant == "open" and method == "GET" and target.url.mark and status not in OPEN and not (bound and status == 404):
        return f"status {status} where the policy opens"
    return ""
