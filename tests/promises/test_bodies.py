"""P-ACL2–5: children under wrong parents, foreign ids in bodies, foreign words in answers, fields nobody asked for."""

import datetime
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.db import models, transaction
from django.db.models import Value
from django.db.models.functions import Concat
from django.shortcuts import get_object_or_404
from django.urls import reverse

from portal.kit import days
from portal.registry.models import Member, Organization, OrganizationChange
from programs.models import Entry
from tests import factories
from tests.promises import walk
from tests.promises.stage import REACH, Stage, Thing, build, sees

pytestmark = pytest.mark.django_db
#: Who fills in forms.
WRITERS = ("officer", "leader", "supervisor", "security", "a.officer", "a1.chair", "u.clerk", "log", "teacher")


@pytest.fixture
def stage() -> Stage:
    return build()


# ── P-ACL2 ──
def mismatched(url: walk.Url, stage: Stage, actor: str) -> Iterator[tuple[str, list[Thing]]]:
    """Paths whose parts do not belong together, with the things they name; each part alone is in order."""
    parents = [thing for thing in stage.things[url.kind(url.arguments[0])] if not thing.draft]
    for parent in parents:
        if not sees(stage, actor, parent):
            continue
        words = {one: walk.WORDS[one] for one in url.arguments if one in walk.WORDS}
        fixed = {**words, url.arguments[0]: parent.value}
        for one in url.arguments[1:]:
            if one == "revision":
                yield reverse(url.name, kwargs={**fixed, one: 99}), [parent]
            elif one in walk.CHILDREN:
                for other in parents:
                    if other is not parent:
                        yield reverse(url.name, kwargs={**fixed, one: other.children[one]}), [parent, other]
            elif one not in words:
                for other in stage.things[one]:
                    if other.place == parent.place or other.place not in REACH[parent.place]:
                        yield reverse(url.name, kwargs={**fixed, one: other.value}), [parent, other]


@pytest.mark.promise("P-ACL2")
def test_a_child_under_a_wrong_parent_is_not_there(stage, figure):
    pairs = [url for url in walk.urls() if len([one for one in url.arguments if one not in walk.WORDS]) > 1]
    assert len(pairs) >= 4
    asked, wrong = wrong_parents(stage, ("officer", "a.officer", "u.clerk", "a1.chair"), pairs)
    figure("addresses with two ids", len(pairs), wanted="every one")
    figure("wrong pairs asked", asked)
    figure("answered other than 404", len(wrong), wanted="0")
    assert asked > 50
    assert not wrong, "\n".join(wrong[:40])


def wrong_parents(stage: Stage, actors: tuple[str, ...], pairs: list[walk.Url]) -> tuple[int, list[str]]:
    """Ask every address with a child of another parent: how many were asked, and which did not say 404."""
    asked, wrong = 0, []
    for actor in actors:
        client = walk.client_of(stage, actor)
        for url in pairs:
            for path, things in mismatched(url, stage, actor):
                for method in url.view.methods:
                    kept = walk.fingerprint(things)
                    with transaction.atomic():
                        status = client.generic(method, path).status_code
                        after = walk.fingerprint(things)
                        transaction.set_rollback(True)
                    asked += 1
                    if status != 404 or kept != after:
                        wrong.append(f"{actor} {method} {path} ({url.name}): {status}")
    return asked, wrong


@pytest.mark.promise("P-ACL2")
def test_the_control_a_child_that_forgets_its_parent_is_found(stage, figure, monkeypatch):
    """The view's look-up without the parent: the same question now finds what it gives away."""

    def careless(rows, **where):
        where.pop("entry", None)
        return get_object_or_404(rows, **where)

    monkeypatch.setattr("programs.views.uploads.get_object_or_404", careless)
    files = [url for url in walk.urls() if url.name == "programs:attachment"]
    _asked, wrong = wrong_parents(stage, ("officer",), files)
    figure("control: children opened under a wrong parent", len(wrong), wanted="> 0")
    assert wrong


def test_the_control_the_right_pair_opens(stage):
    client, thing = walk.client_of(stage, "officer"), stage.things["entry_id"][0]
    path = reverse("programs:attachment", args=[thing.value, thing.children["attachment_id"]])
    assert client.get(path).status_code == 200


#: Fields that are lists of words on the page but mean a row.
MEANS = {"member": Member, "organization": Organization, "to": Organization, "parent": Organization}


def model_of(name: str, field: forms.Field) -> type[models.Model] | None:
    if isinstance(field, forms.ModelChoiceField):
        return field.queryset.model
    return MEANS.get(name) if isinstance(field, forms.ChoiceField) else None


def foreign(stage: Stage, actor: str, model: type[models.Model]) -> list[Thing]:
    every = [thing for things in stage.things.values() for thing in things]
    return [thing for thing in every if type(thing.row) is model and not sees(stage, actor, thing)]


@pytest.mark.promise("P-ACL3")
def test_foreign_ids_in_bodies_are_refused_at_the_field(stage, figure):
    tried, taken = 0, []
    for actor in WRITERS:
        for client, target, shown in walk.pages(stage, actor):
            for form in shown:
                for name, field in form.fields.items():
                    model = model_of(name, field)
                    for thing in foreign(stage, actor, model)[:2] if model else ():
                        data = {form.add_prefix(name): thing.row.pk}
                        kept = walk.fingerprint([thing])
                        with transaction.atomic():
                            response = client.post(target.path, data)
                            after = walk.fingerprint([thing])
                            transaction.set_rollback(True)
                        tried += 1
                        errors = [one.errors.get(name) for one in walk.forms_of(response) if type(one) is type(form)]
                        if kept != after or not any(errors):
                            taken.append(f"{actor} {target.path} {name}={thing.name}: {response.status_code}")
    figure("fields of forms tried with a foreign id", tried)
    figure("taken", len(taken), wanted="0")
    assert tried > 0
    assert not taken, "\n".join(taken)


def test_the_control_an_own_id_is_taken_by_the_same_field(stage):
    client, call = walk.client_of(stage, "u.clerk"), stage.things["call_id"][0]
    path, own = reverse("programs:entry_new", args=[call.value]), factories.member(stage.world["u"], "本单位的人")
    (form,) = [one for one in walk.forms_of(client.get(path)) if "member" in one.fields]
    response = client.post(path, {form.add_prefix("member"): own.pk})
    assert not [one for one in walk.forms_of(response) if one.errors.get("member")]


# ── P-ACL4 ──
def plain(response: Any) -> bytes:
    """The answer without what differs by itself: tokens, keys, request numbers, the second of an export."""
    text = re.sub(
        rb'(csrfmiddlewaretoken" value|data-csrf|name="_key" value|value)="[0-9A-Za-z]{32,64}"',
        b"",
        walk.text_of(response),
    )
    text = re.sub(rb"[0-9a-f]{8}</b>|X-Request-Id[^,}]*|Set-Cookie[^,}]*|Content-Length[^,}]*", b"", text)
    text = re.sub(rb'name="what" value="[\w:.-]+"', b"", text)  # sealed and signed anew each time
    text = re.sub(rb'"incident": ?"[0-9a-f]{8}"', b"", text)
    return re.sub(rb"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?Z?", b"", text)


def lists(stage: Stage, actor: str) -> Iterator[str]:
    """Lists, searches and exports that the actor may open; what is public is for all and left out."""
    for url in walk.urls():
        if url.mark is None or url.objects or "GET" not in url.view.methods or url.mark[0] in ("public", "health"):
            continue
        if url.mark == ("objection", "create"):
            continue
        for target in walk.targets(url, stage):
            if walk.expected(stage, actor, target) == "open":
                for query in ("", "?q=金丝雀", "?q=v", "?export=xlsx", "?view=all", "?sort=-pinyin"):
                    yield target.path + query


def put_canaries(stage: Stage) -> None:
    """Another world: everything of the other university has other names, and more of it is there."""
    other = stage.world["v"]
    Member.objects.filter(organization=other).update(name=Concat(Value("金丝雀"), "name"), pinyin="v", initials="v")
    Entry.objects.filter(organization=other).update(subject=Concat(Value("金丝雀"), "subject"), pinyin="v")
    OrganizationChange.objects.create(
        organization=other,
        kind="rename",
        on=days.today(),
        old_name=other.name,
        new_name="金丝雀大学工会",
        reason="更名",
    )
    Organization.objects.filter(pk=other.pk).update(
        name="金丝雀大学工会", short_name="金丝雀大学", pinyin="v", head_count=9000
    )
    number = factories.resident_id(77, birth="19910101")
    factories.member(Organization.objects.get(pk=other.pk), "金丝雀新人", document_number=number)


@pytest.mark.promise("P-ACL4")
def test_two_worlds_that_differ_elsewhere_look_the_same(stage, figure, full_size):
    compared, different = 0, []
    # the first workbook of a process differs from all later ones in one tag of its fonts
    walk.client_of(stage, "officer").get(reverse("programs:calls") + "?export=xlsx")
    for actor in ("u.clerk", "a.officer", "teacher", *(("u.chair", "a1.chair", "b.officer") if full_size else ())):
        client = walk.client_of(stage, actor)
        for path in lists(stage, actor):
            answers = []
            for changed in (False, True):
                with transaction.atomic():
                    if changed:
                        put_canaries(stage)
                    answers.append(plain(client.get(path)))
                    transaction.set_rollback(True)
            compared += 1
            if answers[0] != answers[1]:
                different.append(f"{actor} {path}")
    figure("pages, searches and exports compared", compared)
    figure("that differ", len(different), wanted="0")
    assert compared > 100
    assert not different, "\n".join(different)


def test_the_control_who_may_see_it_sees_the_difference(stage):
    client, path = walk.client_of(stage, "officer"), reverse("registry:organizations")
    before = plain(client.get(path))
    put_canaries(stage)
    assert plain(client.get(path)) != before


# ── P-ACL5 ──
def poison(field: models.Field, value: Any, n: int) -> Any:
    """A value that the field could hold but does not; another one for another ``n`` where there is a choice."""
    if isinstance(field, models.ForeignKey):
        other = field.related_model._base_manager.exclude(pk=value).order_by("-pk").first()
        return other.pk if other else None
    if isinstance(field, models.BooleanField):
        return "" if value else "on"
    if isinstance(field, models.IntegerField):
        return 987654
    if isinstance(field, models.DateTimeField):
        return "1999-01-01T00:00"
    if isinstance(field, models.DateField):
        return "1999-01-01"
    if not field.choices:
        return f"注入的值{n}"
    others = sorted({choice[0] for choice in field.choices} - {value, ""})
    return others[n % len(others)]


def stored(field: models.Field, sent: Any, row: dict[str, Any]) -> bool:
    """Whether what was sent is now in the row."""
    value = row[field.attname]
    if isinstance(value, datetime.datetime | datetime.date):
        return value.year == 1999
    return str(value) == str(sent) if not isinstance(value, bool) else value == bool(sent)


def hits(row: models.Model, extra: dict[models.Field, Any], before: dict[str, Any]) -> list[str]:
    """Which of the values that were sent are in the row now."""
    after = type(row)._base_manager.filter(pk=row.pk).values().first() or before
    changed = [(one, value) for one, value in extra.items() if after[one.attname] != before[one.attname]]
    return [one.name for one, value in changed if value is not None and stored(one, value, after)]


def test_the_control_values_that_were_taken_are_seen(stage):
    row = stage.things["member_id"][0].row
    before = Member.objects.filter(pk=row.pk).values().get()
    extra = {Member._meta.get_field(name): "注入的值" for name in ("title", "position")}
    Member.objects.filter(pk=row.pk).update(title="注入的值", position="注入的值")
    assert sorted(hits(row, extra, before)) == ["position", "title"]


def tried(client: Any, target: walk.Target, shown: list[forms.BaseForm]) -> tuple[int, bool, list[str]]:
    """(fields sent that the form does not have, whether a post went through, those that were taken).

    Twice, with other values: what the act itself writes may be the one value, it cannot be both.
    """
    row = type(target.thing.row)
    named = {form.add_prefix(name) for form in shown for name in form.fields} | {"version"}
    filled = {bound.html_name: bound.value() for form in shown for bound in form if bound.value() is not None}
    before = row._base_manager.filter(pk=target.thing.row.pk).values().get()
    free = [
        one for one in row._meta.concrete_fields if not one.primary_key and {one.name, one.attname}.isdisjoint(named)
    ]
    found, passed = [], False
    for n in range(2):
        extra = {one: poison(one, before[one.attname], n) for one in free}
        body = {key: value for one, value in extra.items() if value is not None for key in (one.name, one.attname)}
        with transaction.atomic():
            response = client.post(target.path, filled | body)
            found.append(set(hits(target.thing.row, extra, before)))
            transaction.set_rollback(True)
        passed = passed or response.status_code in (200, 302)
    return len(free), passed, sorted(found[0] & found[1])


@pytest.mark.promise("P-ACL5")
def test_fields_that_the_form_does_not_have_are_not_taken(stage, figure):
    sent, taken, went_through = 0, [], 0
    for actor in WRITERS:
        for client, target, shown in walk.pages(stage, actor):
            if target.thing is not None:
                free, passed, found = tried(client, target, shown)
                sent, went_through = sent + free, went_through + passed
                taken += [f"{actor} {target.path}: {name}" for name in found]
    figure("fields sent that the form does not have", sent)
    figure("posts that went through", went_through)
    figure("taken", len(taken), wanted="0")
    assert sent > 100
    assert went_through > 5
    assert not taken, "\n".join(taken)
