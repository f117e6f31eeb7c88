"""What is due goes by itself (P-PI7): by the rules of the apps, each row by what its holding says becomes of it.

The same ``shred`` serves a person's wish to be forgotten. A row that others still stand on stays until they are gone.
"""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from portal.core import trail
from portal.core.actor import Actor
from portal.kit import crypto, days
from portal.kit.fields import BlindIndexField
from portal.kit.personal import Holding, Rule, Shred, holdings, rules
from portal.kit.refusal import Refused
from portal.privacy.models import RetentionSetting

PART = 500


@dataclass(frozen=True)
class Due:
    """One rule today: how long, since which day, how many rows."""

    rule: Rule
    days: int
    until: datetime.date
    count: int
    setting: RetentionSetting | None = None


def term_of(rule: Rule, settings: dict[str, RetentionSetting]) -> int:
    return settings[rule.key].days if rule.key in settings else rule.days


def plan(today: datetime.date | None = None) -> list[Due]:
    """What would go today: one count per rule, nothing is touched."""
    today, settings = today or days.today(), RetentionSetting.current()
    found = []
    for rule in rules().values():
        term = term_of(rule, settings)
        until = today - datetime.timedelta(days=term)
        found.append(Due(rule, term, until, removable(rule, until).count(), settings.get(rule.key)))
    return found


def removable(rule: Rule, until: datetime.date) -> QuerySet:
    """The rows of a rule, without those that a protected row of another table still points to."""
    rows = rule.due(until)
    holding = holdings()[rule.model.lower()]
    if holding.shred is not Shred.DELETE:
        return rows
    for relation in holding.type._meta.related_objects:
        if relation.on_delete is models.PROTECT:
            others = relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")})
            rows = rows.exclude(Exists(others))
    return rows


def run(by: Actor, progress: Callable[[int, int, str], None] = lambda done, total, text: None) -> dict[str, int]:
    """Do what is due today; returns the rows per rule. May be repeated: what went is not found again."""
    todo = [due for due in plan() if due.count]
    total, done, result = sum(due.count for due in todo), 0, {}
    for due in todo:
        for part in _parts(due):
            with transaction.atomic():
                gone = shred(holdings()[due.rule.model.lower()], part)
            done += gone
            result[due.rule.key] = result.get(due.rule.key, 0) + gone
            progress(done, total, due.rule.title)
    if result:
        trail.write(by, "retention.run", None, change=result, name=str(days.today()))
    return result


def _parts(due: Due) -> Iterator[list[Any]]:
    """Primary keys, part by part. What a part left behind is not asked for twice."""
    last: Any = None
    while True:
        rows = removable(due.rule, due.until).order_by("pk")
        part = list((rows.filter(pk__gt=last) if last is not None else rows).values_list("pk", flat=True)[:PART])
        if not part:
            return
        last = part[-1]
        yield part


def shred(holding: Holding, keys: list[Any]) -> int:
    """Delete or blank these rows, as the holding says; returns how many. What is kept is left alone."""
    rows = holding.type._base_manager.filter(pk__in=keys)
    if holding.shred is Shred.KEEP:
        return 0
    if holding.shred is Shred.BLANK:
        for row in rows:
            blank(holding, row)
        return len(keys)
    if holding.remove is not None:
        return holding.remove(keys)
    rows.delete()
    return len(keys)


def blank(holding: Holding, row: models.Model) -> None:
    """Write what a blanked row holds, past ``save``: no version and no time of change tells more than it must."""
    values = {
        name: value(row) if callable(value) and value is not dict else value for name, value in holding.blanks.items()
    }
    values = {name: value() if value is dict else value for name, value in values.items()}
    for field in holding.type._meta.local_concrete_fields:
        if isinstance(field, BlindIndexField) and field.of in values:
            values[field.name] = crypto.blind(values[field.of] or "", field.context)
    holding.type._base_manager.filter(pk=row.pk).update(**values)


@transaction.atomic
def set_term(by: Actor, key: str, term: int, reason: str) -> RetentionSetting:
    """Another number of days for a rule, with its reason. The last one said is in force; all stay."""
    if key not in rules():
        raise Refused(_("没有这一条"))
    if not 1 <= term <= RetentionSetting.MOST:
        raise Refused(_("天数在 1 到 %(n)s 之间") % {"n": f"{RetentionSetting.MOST:,}"}, "term")
    if len(reason.strip()) < 4:
        raise Refused(_("请写明依据，至少 4 个字"), "reason")
    was = term_of(rules()[key], RetentionSetting.current())
    made = RetentionSetting.objects.create(key=key, days=term, reason=reason.strip(), set_by=by.user, set_at=days.now())
    trail.write(by, "retention.set", made, note=made.reason, change={"rule": key, "from": was, "to": term}, name=key)
    return made
