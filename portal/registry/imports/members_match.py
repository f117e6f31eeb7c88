"""What the portal already has for the rows of a roster: who is registered, what would change, what to decide."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from portal.kit import crypto, days, pinyin
from portal.registry.imports.edits import by_hand, edited_text
from portal.registry.imports.members import EDITS, GONE, MASKS, STANDINGS, UPDATABLE, WORDS, Look
from portal.registry.imports.spec import ALL, UNCHANGED, Change, Conflict, Found, Values
from portal.registry.imports.units import Unit
from portal.registry.models import Member, Membership


def match(rows: Sequence[Values], look: Look) -> list[Found]:
    """Who is registered with these documents, who has the same name and birthday: five queries, however many rows."""
    indexes = [look.index(values["document_number"]) for values in rows]
    plain = not look.scope.lock and look.ring.index_old is None
    there = _there(indexes) if plain else {}
    same = {i for values, i in zip(rows, indexes, strict=True) if i in there and _unchanged(values, there[i], look)}
    known = _known(rows, [i for i in there if i not in same] if plain else indexes, look)
    if look.scope.lock:
        # what the user decides about was told at the check; now it only counts whether the rows are still the same
        return [_again(values, known.get(index), look) for values, index in zip(rows, indexes, strict=True)]
    ids = [member.pk for member in known.values()]
    edits = by_hand(Member, EDITS, ids, look.scope.as_of)
    stays = Membership.objects.filter(member__in=ids, left_on__isnull=True).values_list("member_id", "joined_on")
    joined = dict(stays)
    strangers = [v for v, index in zip(rows, indexes, strict=True) if index not in known and index not in same]
    twins = _twins(strangers, look)
    found = []
    for values, index in zip(rows, indexes, strict=True):
        member = known.get(index)
        if index in same:
            found.append(UNCHANGED)
        elif member is None:
            found.append(_stranger(values, twins))
        else:
            found.append(_compare(values, member, look, edits.get(member.pk), joined.get(member.pk)))
    return found


def _known(rows: Sequence[Values], indexes: list[str], look: Look) -> dict[str, Member]:
    """Whole members by the index of their document; locked when they are about to be written."""
    turning = look.ring.index_old is not None
    anyhow = [i for v in rows for i in crypto.blinds(v["document_number"], "document")] if turning else indexes
    if not anyhow:
        return {}
    people = Member.objects.filter(document_index__in=anyhow).select_related("organization")
    if look.scope.lock:
        people = people.select_for_update(of=("self",)).order_by("pk")
    # by the number itself: while the index changes its key, a row may still lie under the old one
    return {look.index(one.document_number) if turning else one.document_index: one for one in people}


def _there(indexes: list[str]) -> dict[str, tuple]:
    """What is registered under these documents: merged, union, active, and the fields a row may change. No members are
    made of it: most rows of a roster say what is there already.
    """
    people = Member.objects.filter(document_index__in=indexes)
    found = people.values_list("document_index", "merged_into", "organization", "active", *UPDATABLE)
    return {one[0]: one[1:] for one in found}


def _unchanged(values: Values, there: tuple, look: Look) -> bool:
    """Whether the portal has this person exactly as the sheet says."""
    merged, organization, active, *fields = there
    gone = values.get("standing") in GONE
    if merged or organization not in look.tree or active is gone or (not gone and organization != values["unit"]):
        return False
    return all(values.get(name) in (None, "", old) for name, old in zip(UPDATABLE, fields, strict=True))


def _again(values: Values, member: Member | None, look: Look) -> Found:
    return _compare(values, member, look, None, None) if member else Found()


def _twins(rows: list[Values], look: Look) -> dict[tuple[str, datetime.date], Member]:
    """Registered people of the same name and birthday, among those this actor may see."""
    born = {(values["name"], values["birth_date"]) for values in rows if values.get("birth_date")}
    if not born:
        return {}
    keys = {pinyin.keys(name)[0] for name, _birth in born}
    seen = Member.objects.visible_to(look.scope.by).filter(pinyin__in=keys, birth_date__in={day for _n, day in born})
    people = seen.filter(active=True).only("name", "birth_date", "organization__name").select_related("organization")
    return {(member.name, member.birth_date): member for member in people if (member.name, member.birth_date) in born}


def _stranger(values: Values, twins: dict[tuple[str, datetime.date], Member]) -> Found:
    twin = twins.get((values["name"], values.get("birth_date")))  # type: ignore[arg-type]
    if twin is None:
        return Found()
    told = _("%(unit)s有同名、同生日的人，证件不同，可能是两个人") % {"unit": twin.organization.name}
    return Found(conflicts=[Conflict(told, (ALL,))])


def _compare(
    values: Values, member: Member, look: Look, edit: tuple[datetime.datetime, set[str]] | None, joined: Any
) -> Found:
    found = Found(member)
    if member.merged_into_id:
        told = _("这个证件号的登记已并成另一个人")
        found.problems.append(("document_number", told, _("照现在的证件填，或删掉这一行")))
        return found
    unit: Unit = look.units.by_pk[values["unit"]]
    if member.organization_id not in look.tree:
        return _foreign(found, member, unit, values)
    for name, label in UPDATABLE.items():
        new, old = values.get(name), getattr(member, name)
        if new not in (None, "") and new != old:
            found.changes.append(Change(name, label, shown(name, old), shown(name, new)))
    if values.get("standing") in GONE:
        if member.active:
            found.changes.append(Change("active", "会籍", _("在会"), STANDINGS[values["standing"]]))
    elif unit.pk != member.organization_id:
        found.changes.append(Change("organization", "单位", member.organization.name, unit.name))
        if joined and joined > look.scope.as_of:
            told = _("%(day)s 才转入%(unit)s，比表格新") % {
                "day": days.short_date(joined),
                "unit": member.organization.name,
            }
            found.conflicts.append(Conflict(told, ("organization",)))
    if not member.active and values.get("standing") not in GONE:
        found.changes.append(Change("active", "会籍", _("不在会"), _("在会")))
        found.conflicts.append(Conflict(_("登记过离会或退休，表格里还有"), (ALL,)))
    if values["name"] != member.name:
        told = _("证件相同，姓名不同：门户里是%(old)s，表格里是%(new)s") % {"old": member.name, "new": values["name"]}
        found.conflicts.append(Conflict(told, ("name",)))
    changed = {change.field for change in found.changes}
    newer = [name for name in UPDATABLE if edit and name in edit[1] & changed]
    if edit and newer:
        found.conflicts.append(Conflict(edited_text(edit[0], [UPDATABLE[name] for name in newer]), tuple(newer)))
    return found


def _foreign(found: Found, member: Member, unit: Unit, values: Values) -> Found:
    """Somebody of another union: what is registered there about the person is not shown here."""
    name = member.organization.name
    if values.get("standing") in GONE:
        told = _("现在在%(unit)s，离会归那边办") % {"unit": name}
        found.problems.append(("standing", told, _("删掉这一行")))
        return found
    told = _("已在%(unit)s，用表格的就是转会") % {"unit": name}
    if values["name"] != member.name:
        told += _("；姓名和那边登记的不同")
    found.changes.append(Change("organization", "单位", name, unit.name))
    found.conflicts.append(Conflict(told, (ALL,)))
    return found


def shown(name: str, value: Any) -> str:
    """A value as the preview shows it: words for codes, masks for what is protected."""
    if value in (None, ""):
        return "—"
    if name in MASKS:
        return MASKS[name](value)
    return WORDS[name].get(value, value) if name in WORDS else str(value)
