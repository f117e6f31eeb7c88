"""Reading entries: lists, counts, content digests, changes between revisions."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from functools import cache
from types import SimpleNamespace
from typing import Any

from django.db.models import Count, Q, QuerySet, Subquery, Value

from portal.core.actor import Actor
from portal.kit import days
from portal.kit.prepared import Prepared, slot
from portal.registry.models import Organization
from portal.registry.queries.history import name_on
from programs.models import Attachment, Call, Entry, Revision
from programs.models.entries import EntryQuerySet
from programs.queries.answers import differing
from programs.spec import TAKES_A_PLACE, Field, State

#: Nothing more will happen to these: they stay as they were, with the unit that handed them in.
SETTLED = (State.APPROVED, State.REFUSED, State.WITHDRAWN, State.LAPSED, State.REVOKED)


def seen(actor: Actor, entry_id: int, *related: str) -> Entry | None:
    """The entry if the actor may see it, with what is named in ``related``; one query."""
    whole = actor.organization is None or actor.organization.parent_id is None
    rows = _seen(EntryQuerySet.visible_to, actor.role, whole, related)
    tree = tuple(actor.tree_ids or ()) if "tree" in rows.asks else None
    return rows.first(pk=entry_id, organization=actor.organization_id, member=actor.member_id, tree=tree)


@cache
def _seen(visible_to: Callable, role: str, whole: bool, related: tuple[str, ...]) -> Prepared[Entry]:
    """``visible_to`` for whoever acts in this role, their unions and their person as slots."""
    below = None if whole else slot("tree")
    somebody = SimpleNamespace(role=role, organization=slot("organization"), tree_ids=below, member_id=slot("member"))
    return Prepared(lambda: visible_to(Entry.objects.filter(pk=slot("pk")), somebody).select_related(*related))


def unit_name(entry: Entry) -> str:
    """What the entry's papers call its unit: a settled one keeps the name that the unit had when it was handed in."""
    if entry.state not in SETTLED or entry.submitted_at is None:
        return entry.organization.name
    return name_on(entry.organization, days.local(entry.submitted_at).date())


def place(entry: Entry, known: Iterable[Organization] = ()) -> None:
    """Put the unions into an entry: where it comes from, lies and goes, each with the one above it.

    Most of them are the same few: they are read in one query, but for those ``known`` already, not joined six times.
    """
    of = {one.pk: one for one in known}
    names = ("organization", "desk", "returned_from", "came_from")
    ids = {getattr(entry, f"{name}_id") for name in names} | {entry.call.owner_id}
    if missing := ids - of.keys() - {None}:
        above = Organization.objects.filter(pk__in=missing).values("parent")
        of |= {one.pk: one for one in Organization.objects.filter(Q(pk__in=missing) | Q(pk__in=above)).order_by()}
    for one in of.values():
        if one.parent_id in of:
            one.parent = of[one.parent_id]
    for name in names:
        setattr(entry, name, of.get(getattr(entry, f"{name}_id")))
    entry.call.owner = of[entry.call.owner_id]


def content_digest(entry: Entry) -> str:
    """SHA-256 over what the entry says: subject, category and answers. Printed on the form, kept with each revision."""
    content = {"subject": entry.subject, "category": entry.category_id, "data": entry.data}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def check_digits(digest: str) -> str:
    """The short form of a digest that fits at the foot of a sheet of paper: ``8F3A-21C0``."""
    return f"{digest[:4]}-{digest[4:8]}".upper()


def counts_by_state(calls: Iterable[Call]) -> dict[int, dict[str, int]]:
    """Call id → state → number of entries handed in: one query for any number of calls."""
    rows = (
        Entry.objects.filter(call__in=[call.pk for call in calls], submitted_at__isnull=False)
        .values_list("call_id", "state")
        .annotate(n=Count("pk"))
        .order_by()
    )
    found: dict[int, dict[str, int]] = {}
    for call_id, state, n in rows:
        found.setdefault(call_id, {})[state] = n
    return found


def inbox(actor: Actor) -> QuerySet[Entry]:
    """What lies on the acting post's desk, longest first, with all that a list line needs."""
    return (
        Entry.objects.on_desk_of(actor)
        .select_related("call", "category", "organization", "desk")
        .order_by("desk_since", "id")
    )


def neighbours(actor: Actor, entry: Entry) -> dict[str, Any]:
    """Where an entry on the actor's desk stands in the line of what waits there to be reviewed: one query.

    Empty if it has left the desk this very moment.
    """
    line = Entry.objects.to_review(actor)
    since = entry.desk_since
    ahead = Q(desk_since__lt=since) | Q(desk_since=since, pk__lt=entry.pk)
    behind = Q(desk_since__gt=since) | Q(desk_since=since, pk__gt=entry.pk)
    row = line.order_by().values(line=Value(1)).annotate(
        waiting_count=Count("pk"), place=Count("pk", filter=ahead) + 1,
        before=Subquery(line.filter(ahead).order_by("-desk_since", "-pk").values("pk")[:1]),
        after=Subquery(line.filter(behind).order_by("desk_since", "pk").values("pk")[:1]),
    )  # fmt: skip
    return next(iter(row), {})


def excepted(call: Call) -> set[str]:
    """Names of the prizes that a person may be recommended for besides another one."""
    return {name for name in re.split(r"[、,，;； ]+", call.param("one_entry_except")) if name}


#: Between a claim and the entry that has it only beside the holder, since two people were found to be one.
BESIDE = "*"


def claim_of(entry: Entry) -> str:
    """What only one entry may hold at a time: this person in this edition, or in all that share a word; a unit in one
    prize of this edition. "" for none.
    """
    call = entry.call
    if call.program.subject == "organization":
        return f"#{call.pk}:{entry.category_id}:u{entry.organization_id}"
    if entry.member_id is None or call.program.subject != "member" or entry.category.name in excepted(call):
        return ""
    word = call.param("one_entry_with")
    return f"{word or f'#{call.pk}'}:{entry.member_id}"


def holder_of(entry: Entry) -> str:
    """What a kept claim is for, whoever the person: the word or the number of the edition."""
    return entry.claim.partition(BESIDE)[0].rpartition(":")[0]


def claimed(entry: Entry) -> str:
    """A kept claim as it reads for the person that the entry is about now."""
    return f"{holder_of(entry)}:{entry.member_id}"


def _rivals() -> QuerySet[Entry]:
    here = Q(call=slot("call"), member=slot("member")) & ~Q(category__name__in=slot("excepted"))
    same_claim = Q(claim=slot("claim")) | Q(claim__startswith=slot("beside"), member=slot("member"))
    held = same_claim & Q(state__in=sorted(TAKES_A_PLACE))
    same = Entry.objects.filter(held | (here & Q(state__in=sorted([*TAKES_A_PLACE, State.DRAFT]))))
    return same.exclude(pk=slot("entry")).select_related("call", "category", "organization")


_RIVALS = Prepared(_rivals)


def rivals(entry: Entry) -> list[Entry]:
    """Other entries of the same person that hold the same claim, or are being written in the same edition.

    With their edition, prize and unit; one query.
    """
    claim = claim_of(entry)
    return _RIVALS.all(
        call=entry.call_id, member=entry.member_id, excepted=tuple(excepted(entry.call)) or ("",), claim=claim,
        beside=f"{claim}{BESIDE}", entry=entry.pk,
    )  # fmt: skip


_FILES = Prepared(lambda: Attachment.objects.filter(entry=slot("entry")).select_related("file", "added_by"))


def files(entry: Entry) -> list[Attachment]:
    """What came with the entry, with what its lines say: one query, however often it is asked of this reading."""
    if "_files" not in entry.__dict__:
        entry.__dict__["_files"] = _FILES.all(entry=entry.pk)
    return entry.__dict__["_files"]


def files_by_item(entry: Entry) -> dict[str, list[Attachment]]:
    """Checklist item → its attachments."""
    found: dict[str, list[Attachment]] = {}
    for attachment in files(entry):
        found.setdefault(attachment.item, []).append(attachment)
    return found


def last_revisions(entry: Entry) -> tuple[Revision | None, Revision | None]:
    """The newest frozen revision and the one before it."""
    newest = list(entry.revisions.order_by("-number")[:2])
    return (newest[0] if newest else None, newest[1] if len(newest) > 1 else None)


def changes(fields: tuple[Field, ...], old: dict[str, Any], new: dict[str, Any], asked: Iterable[str]) -> list[dict]:
    """Fields that differ between two contents: asked-for first, then what nobody asked for."""
    asked = set(asked)
    rows = [
        {
            "name": one.name,
            "label": one.label,
            "old": texts[0],
            "new": texts[1],
            "asked": one.name in asked,
        }
        for one in fields
        if old.get(one.name) != new.get(one.name)
        for texts in [differing(one, old.get(one.name), new.get(one.name))]
    ]
    return sorted(rows, key=lambda row: not row["asked"])


def search(text: str) -> Q:
    """Name, unit, pinyin, initials or the end of the number; initials and pinyin only for plain letters."""
    if text.isascii() and text.isalpha():
        return Q(initials__startswith=text.lower()) | Q(pinyin__startswith=text.lower())
    units = Organization.objects.filter(name__contains=text).values("pk")
    return Q(subject__found=text) | Q(number__ends=text) | Q(organization__in=units)
