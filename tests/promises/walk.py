"""Every address of the portal, taken from the URL conf, and the requests that the walk makes of it."""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from portal import policy
from portal.accounts.management.commands.permissions_doc import patterns
from portal.kit.access import mark_of
from tests.promises.stage import REACH, Stage, Thing, sees

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")
#: Keyword arguments that name a child of the first one, taken from it.
CHILDREN = ("attachment_id", "revision")
#: Keyword arguments that are words, not rows.
WORDS: dict[str, str] = {
    "field": "phone", "move": "withdraw", "step": "accepted", "key": "x", "change": "rename", "uidb36": "1",
}  # fmt: skip
#: Where an argument is called otherwise than what it names.
ALIASES = {
    "programs:plan_detail": "plan_id", "programs:plan_source": "plan_id", "programs:plan_task": "item_id",
    "programs:plan_department": "item_id", "programs:plan_calls": "item_id", "programs:plan_progress": "item_id",
    "programs:objection_receipt": "receipt", "verify:certificate": "certificate",
}  # fmt: skip
#: Drawn in a process of its own, a second each: asked once per role instead of once per thing.
SLOW = re.compile(r"pdf|sample|docx")


@dataclass(frozen=True)
class Url:
    """One address: its name, its view, and the names of its arguments in order."""

    name: str
    view: Any
    arguments: tuple[str, ...]

    @property
    def mark(self) -> tuple[str, str] | None:
        return self.mark_for("GET")

    def mark_for(self, method: str) -> tuple[str, str] | None:
        """An address of the API stands for another line of policy with each method."""
        return mark_of(self.view, method)

    def kind(self, argument: str) -> str:
        """What the argument names: the key of the stage's things."""
        if argument in ("pk", "code"):
            return ALIASES.get(self.name, argument)
        return argument

    @property
    def objects(self) -> tuple[str, ...]:
        """Arguments that name rows of their own."""
        return tuple(one for one in self.arguments if one not in WORDS and one not in CHILDREN)


def urls() -> list[Url]:
    """Every address of the URL conf, each once."""
    found = []
    for name, route, view in patterns():
        arguments = re.findall(r"<(?:\w+:)?(\w+)>", route)
        found.append(Url(name, view, tuple(dict.fromkeys(arguments))))
    return sorted(found, key=lambda url: url.name)


def unknown_arguments(found: list[Url], stage: Stage) -> list[str]:
    """Arguments that the stage has nothing for: then the walk would walk past them."""
    known = set(stage.things) | set(WORDS) | set(CHILDREN)
    return [f"{url.name}: {one}" for url in found for one in url.arguments if url.kind(one) not in known]


@dataclass(frozen=True)
class Target:
    """An address with values for its arguments; ``thing`` is what it names first, None for a list."""

    url: Url
    path: str
    thing: Thing | None
    others: tuple[Thing, ...] = ()

    @property
    def things(self) -> tuple[Thing, ...]:
        return ((self.thing,) if self.thing else ()) + self.others


def targets(url: Url, stage: Stage) -> list[Target]:
    """The address for every thing it can name, each with children and companions that fit."""
    if not url.objects:
        values = {one: WORDS[one] for one in url.arguments}
        return [Target(url, reverse(url.name, kwargs=values), None)]
    first, rest = url.objects[0], url.objects[1:]
    made = []
    for thing in stage.things[url.kind(first)]:
        values: dict[str, Any] = {one: WORDS[one] for one in url.arguments if one in WORDS}
        values |= {one: thing.children[one] for one in url.arguments if one in CHILDREN}
        values[first] = thing.value
        companions = [_companion(stage, url.kind(one), thing) for one in rest]
        values |= {one: companion.value for one, companion in zip(rest, companions, strict=True)}
        made.append(Target(url, reverse(url.name, kwargs=values), thing, tuple(companions)))
    return made


def _companion(stage: Stage, kind: str, thing: Thing) -> Thing:
    """A thing of another kind that goes with the first: below the same place."""
    below = [one for one in stage.things[kind] if one.place in REACH[thing.place]]
    return below[-1]


def spread(group: list[Target], at_most: int) -> list[Target]:
    """Some of the group, from as many places as there are."""
    by_place = {target.thing.name if target.thing else "": target for target in group}
    return list(by_place.values())[:at_most]


def scoped(stage: Stage, actor: str, mark: tuple[str, str], thing: Thing) -> bool:
    """Whether the thing lies within the scope that the policy gives the actor for this act."""
    scope = policy.scope(stage.world[actor].role, *mark)
    place = stage.place_of(actor)
    if scope == "all":
        return True
    if scope == "tree":
        return thing.place in REACH[place]
    if scope == "unit":
        return thing.place == place
    return actor in (thing.owner, thing.subject)


def client_of(stage: Stage, actor: str) -> Client:
    """Signed in as the actor, in their post."""
    client = Client(raise_request_exception=False)
    if actor != "anonymous":
        who = stage.world[actor]
        client.force_login(who.user, backend=settings.AUTHENTICATION_BACKENDS[0])
        if who.post:
            session = client.session
            session["post"] = who.post.pk
            session.save()
    return client


def text_of(response: HttpResponse) -> bytes:
    """Everything the answer says: body, streamed or not, the members of a workbook or document, and the headers."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"".join(book.read(name) for name in book.namelist())
    return body + str(response.headers).encode()


def fingerprint(things: Iterable[Thing]) -> dict[str, Any]:
    """The rows behind the things, as they are now."""
    rows = {}
    for thing in things:
        model = type(thing.row)
        rows[f"{thing.name}#{thing.row.pk}"] = model._base_manager.filter(pk=thing.row.pk).values().first()
    return rows


def expected(stage: Stage, actor: str, target: Target, method: str = "GET") -> str:
    """open, narrow (visible, but this act is for others), closed (404) or login."""
    url, role = target.url, stage.world[actor].role if actor != "anonymous" else "anonymous"
    mark = url.mark_for(method)
    if mark is None:
        vendor = url.name in policy.VENDOR_PUBLIC or (role != "anonymous" and url.name in policy.VENDOR_SIGNED_IN)
        return "open" if vendor else "login" if url.name in policy.VENDOR_SIGNED_IN else "closed"
    if policy.scope(role, *mark) is None:
        return "login" if role == "anonymous" else "closed"
    if role == "anonymous":
        return "open"
    if not all(sees(stage, actor, thing) for thing in target.things):
        return "closed"
    return "open" if all(scoped(stage, actor, mark, thing) for thing in target.things) else "narrow"


# ── forms as they are shown ──
def forms_of(response: Any) -> list[forms.BaseForm]:
    """Every form that a page draws."""
    found: list[forms.BaseForm] = []
    for layer in response.context or ():
        for value in layer.flatten().values() if hasattr(layer, "flatten") else layer.values():
            if isinstance(value, forms.BaseForm) and value not in found:
                found.append(value)
    return found


def pages(stage: Stage, actor: str) -> Iterator[tuple[Any, Target, list[forms.BaseForm]]]:
    """(client, target, forms) of every page with a form that is open to the actor, one thing per address."""
    client = client_of(stage, actor)
    for url in urls():
        if url.mark is None or not {"GET", "POST"} <= set(url.view.methods):
            continue
        for target in targets(url, stage):
            if expected(stage, actor, target) != "open":
                continue
            with transaction.atomic():
                response = client.get(target.path)
                transaction.set_rollback(True)
            if response.status_code == 200 and (shown := forms_of(response)):
                yield client, target, shown
                break
