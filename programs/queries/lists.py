"""The lists that ratios are measured over, and the facts of their entries."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.db.models.fields.json import KeyTransform
from django.utils.translation import gettext as _

from portal.kit import days
from portal.registry.models import Kind, Member, Organization, Sector
from programs.models import Call, Entry
from programs.rules.ages import age_on
from programs.rules.facts import Fact
from programs.rules.ratios import Ratio, Standing, measure, read_ratio
from programs.spec import TAKES_A_PLACE, State

#: What has been chosen by the owner: on the slate, on public notice, handed on, decided.
CHOSEN = (State.SHORTLIST, State.NOTICE, State.PASSED_UP, State.APPROVED)


def _labels(choices: Any) -> dict[str, str]:
    return {value: str(label) for value, label in choices}


def facts_for(call: Call) -> dict[str, Fact]:
    """Everything that a ratio of this edition may ask of an entry: of the person, of the unit, of the answers."""
    found = [
        Fact("sex", _("性别"), choices=_labels(Member.Sex.choices)),
        Fact("age", _("年龄"), "age"),
        Fact("politics", _("政治面貌"), choices=_labels(Member.Politics.choices)),
        Fact("rank", _("干部级别"), choices=_labels(Member.Rank.choices)),
        Fact("personnel", _("人员类别"), choices=_labels(Member.Personnel.choices)),
        Fact("kind", _("单位类别"), choices=_labels(Kind.choices)),
        Fact("sector", _("学段"), choices=_labels(Sector.choices)),
    ]
    kinds = {"choice": "choice", "int": "int", "bool": "bool"}
    found += [
        Fact(f"data.{one.name}", one.label, kinds[one.kind], dict(one.choices))
        for one in call.fields
        if one.kind in kinds and not one.locked
    ]
    return {one.name: one for one in found}


def ratios_of(call: Call) -> list[Ratio]:
    """The edition's ratios."""
    return [read_ratio(raw) for raw in call.rules.get("ratios", ())]


def _asked(ratios: Iterable[Ratio]) -> list[str]:
    """Names of the answers that the ratios ask for."""
    conditions = (condition for one in ratios for condition in (*one.who, *one.among))
    return sorted({one.fact.removeprefix("data.") for one in conditions if one.fact.startswith("data.")})


def with_facts(call: Call, rows: QuerySet[Entry]) -> QuerySet[Entry]:
    """The entries with what the edition's ratios read of them: one query, without the long texts."""
    answers = {f"answer_{n}": KeyTransform(name, "data") for n, name in enumerate(_asked(ratios_of(call)))}
    return rows.select_related("member", "organization", "category").annotate(**answers).only(
        "call_id", "category__key", "state", "subject", "member__sex", "member__rank", "member__politics",
        "member__personnel", "member__birth_date", "organization__kind", "organization__sector", "organization__name",
        "organization__short_name",
    )  # fmt: skip


def read_facts(call: Call, rows: Iterable[Entry]) -> list[dict[str, Any]]:
    """The facts of entries that came through ``with_facts``; ages on the day that the call closes."""
    day, asked = days.local(call.closes_at).date(), _asked(ratios_of(call))
    return [_facts(entry, asked, day) for entry in rows]


def _facts(entry: Entry, asked: list[str], day: datetime.date) -> dict[str, Any]:
    person, unit = entry.member, entry.organization
    known = {f"data.{name}": getattr(entry, f"answer_{n}") for n, name in enumerate(asked)}
    known |= {"category": entry.category.key, "kind": unit.kind, "sector": unit.sector}
    if person is not None:
        known |= {"sex": person.sex, "rank": person.rank, "politics": person.politics, "personnel": person.personnel}
        known["age"] = age_on(person.birth_date, day) if person.birth_date else None
    return known


def standings(call: Call, rows: Iterable[Entry], ratios: Iterable[Ratio] | None = None) -> list[Standing]:
    """How the list (from ``with_facts``) stands to each ratio of the edition."""
    facts = read_facts(call, rows)
    return [measure(one, facts) for one in (ratios_of(call) if ratios is None else ratios)]


# ── the lists ──
def own_list(entry: Entry) -> QuerySet[Entry]:
    """What the entry's unit has put forward in the edition or is writing, the entry among it."""
    states = [*TAKES_A_PLACE, State.DRAFT]
    return Entry.objects.filter(call=entry.call_id, organization=entry.organization_id, state__in=states)


def desk_list(call: Call, desk: Organization) -> QuerySet[Entry]:
    """What has come to a level or went through it, reserves left out."""
    states = TAKES_A_PLACE - {State.RESERVE}
    return Entry.objects.filter(call=call.pk, organization__in=desk.subtree_ids(), state__in=states).exclude(
        state=State.RETURNED, returned_from__isnull=True
    )


def slate_of(call: Call) -> QuerySet[Entry]:
    """What the owner has chosen so far."""
    return Entry.objects.filter(call=call.pk, state__in=CHOSEN)
