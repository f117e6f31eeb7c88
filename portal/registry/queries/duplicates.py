"""People who may be one: the rules, the two side by side, and who somebody was before."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.core.actor import Actor
from portal.kit import idcard, text
from portal.registry.merging import Pair, merges
from portal.registry.models import Duplicate, Member, MemberMerge

RULES = {
    "birth": _("同名，同一天出生"),
    "phone": _("同一个手机号"),
    "unit": _("同一单位，同名同音，同一天入校"),
    "hand": _("有人指出"),
}
#: A number that more people share is an office's, not a person's.
_AT_MOST = 4
#: Every pair that a rule finds, with the rules that found it. Joins on equal values only: the size of the answer, not
#: the square of the roster. One statement; %(now)s marks what is still found.
FIND = f"""
WITH live AS MATERIALIZED (
    SELECT id, name, pinyin, birth_date, organization_id, hired_on, phone_index
    FROM registry_member WHERE merged_into_id IS NULL
), phones AS (
    SELECT phone_index FROM live WHERE phone_index <> ''
    GROUP BY phone_index HAVING count(*) BETWEEN 2 AND {_AT_MOST}
), found AS (
    SELECT a.id AS one, b.id AS two, 'birth' AS rule FROM live a JOIN live b
        ON a.name = b.name AND a.birth_date = b.birth_date AND a.id < b.id
    UNION ALL
    SELECT a.id, b.id, 'phone' FROM phones p JOIN live a USING (phone_index) JOIN live b USING (phone_index)
        WHERE a.id < b.id
    UNION ALL
    SELECT a.id, b.id, 'unit' FROM live a JOIN live b
        ON a.organization_id = b.organization_id AND a.pinyin = b.pinyin AND a.hired_on = b.hired_on AND a.id < b.id
        WHERE a.pinyin <> ''
)
INSERT INTO registry_duplicate (first_id, second_id, rules, verdict, reason, seen_at)
SELECT one, two, jsonb_agg(DISTINCT rule), 'open', '', %(now)s FROM found GROUP BY one, two
ON CONFLICT (first_id, second_id) DO UPDATE SET rules = EXCLUDED.rules, seen_at = EXCLUDED.seen_at
WHERE registry_duplicate.verdict = 'open'
"""  # nosec B608 # a constant
MASKS = {"document_number": text.mask_id, "phone": text.mask_phone, "card_number": text.mask_card}
#: What can be taken from either side. The kind of document goes along with its number.
FIELDS = (
    "name", "document_number", "sex", "birth_date", "organization", "politics", "title", "position", "rank",
    "personnel", "hired_on", "phone", "card_number",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One field of the two."""

    name: str
    label: str
    first: str
    second: str
    differs: bool


def lines(pair: Duplicate) -> list[Line]:
    """Field by field, what the two say; protected values masked, but compared in full."""
    found = []
    for name in FIELDS:
        label = str(Member._meta.get_field(name).verbose_name)
        one, two = getattr(pair.first, name), getattr(pair.second, name)
        found.append(Line(name, label, shown(pair.first, name), shown(pair.second, name), one != two))
    return found


def shown(person: Member, name: str) -> str:
    """A value in words; blank where there is none."""
    value = getattr(person, name)
    if value in (None, ""):
        return ""
    if name in MASKS:
        kind = idcard.KINDS[person.document] if name == "document_number" else ""
        return f"{MASKS[name](value)} {kind}".strip()
    display = getattr(person, f"get_{name}_display", None)
    return str(display() if display else value)


def goods(pair: Duplicate) -> list[dict[str, Any]]:
    """What points to each of the two, by link."""
    rows = [(one.label, one.count(pair.first), one.count(pair.second)) for one in merges()]
    return [{"label": label, "first": first, "second": second} for label, first, second in rows if first or second]


def blocks(pair: Pair) -> list[str]:
    """Why these two cannot be made one now."""
    return [told for one in merges() if one.blocks and (told := one.blocks(pair))]


def warnings(pair: Duplicate) -> list[str]:
    """What to know before these two are made one."""
    both = Pair(pair.first, pair.second, pair.first.organization_id)
    return [told for one in merges() if one.warns for told in one.warns(both)]


def open_count(actor: Actor) -> int:
    return Duplicate.objects.visible_to(actor).filter(verdict=Duplicate.Verdict.OPEN).count()


def survivor_of(person: Member) -> Member:
    """The person that somebody merged has become; oneself for everybody else."""
    while person.merged_into_id:
        person = Member.objects.select_related("organization").get(pk=person.merged_into_id)
    return person


def former_ids(member_id: int | None) -> list[int]:
    """The people who were merged into this one: their hands on an entry are this person's hands (S2)."""
    found: list[int] = []
    waiting: Iterable[int] = [member_id] if member_id else []
    while waiting:
        waiting = list(Member.objects.filter(merged_into__in=waiting).values_list("pk", flat=True))
        found += waiting
    return found


def merges_of(person: Member) -> list[MemberMerge]:
    """Who was merged into this person and not taken out again, newest first."""
    return list(person.merges.filter(undone_at__isnull=True).select_related("absorbed", "by"))  # type: ignore[attr-defined]
