"""Made-up members as lines for COPY, sealed in several processes at once, which touch no database."""

import datetime
import multiprocessing
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from portal.kit import crypto, idcard, pinyin
from portal.kit.copying import lines
from portal.registry.demo import (
    GIVEN_F,
    GIVEN_M,
    POSITIONS,
    SURNAMES,
    TITLES,
    UNI_TITLES,
    resident_number,
)  # fmt: skip

PIECE = 4000
COLUMNS = (
    "id", "organization", "name", "pinyin", "initials", "document", "document_number", "document_index", "sex",
    "birth_date", "politics", "title", "position", "rank", "personnel", "hired_on", "phone", "phone_index",
    "card_number", "active", "updated_at",
)  # fmt: skip
STAYS = ("member", "organization", "joined_on", "joined_by", "left_on", "left_by")
#: Days of birth that are dealt out: 33 years of 12 months of 28 days. The step has no factor in common with them.
BIRTHDAYS, STEP, APART = 33 * 12 * 28, 7919, 5000
POLITICS = ("party", "party", "none", "none", "democratic", "league")
RANKS = ("none",) * 12 + ("section", "section", "division")
PERSONNEL = ("staff",) * 8 + ("contract", "agency")
FAMILIES = SURNAMES[:-4]
#: Given names of a whole city: the demo's, each first character with each second one.
GIVEN = {
    sex: tuple(a + b for a, b in product(*(dict.fromkeys(name[place] for name in names) for place in (0, -1))))
    for sex, names in (("f", GIVEN_F), ("m", GIVEN_M))
}
keys = pinyin.keys


@dataclass(frozen=True)
class Staff:
    """``count`` people of one unit, numbered from ``first``."""

    unit: int
    higher: bool
    first: int
    count: int


def birthday(n: int) -> datetime.date:
    """People whose numbers would differ by the birthday only never share one."""
    place = ((n % APART) * 40503 + n // APART * STEP) % BIRTHDAYS
    return datetime.date(1967 + place // 336, place // 28 % 12 + 1, place % 28 + 1)


def _person(n: int, unit: int, higher: bool, rnd: random.Random, last: datetime.date) -> tuple[tuple, list[tuple]]:
    sex = "f" if rnd.random() < 0.68 else "m"
    name = rnd.choice(FAMILIES) + rnd.choice(GIVEN[sex])
    birth = birthday(n)
    hired = min(datetime.date(birth.year + rnd.randint(23, 32), rnd.choice((7, 8, 9)), 1), last)
    number, phone = resident_number(n, birth, sex), f"13{n:09d}"
    gone = rnd.random() < 0.06
    left = max(hired, last - datetime.timedelta(days=rnd.randint(0, 1500))) if gone else None
    card = f"62{n:014d}" if rnd.random() < 0.2 else ""
    row = (
        n, unit, name, *keys(name), idcard.RESIDENT, crypto.seal(number, "registry.member.document_number"),
        crypto.blind(number, "document"), sex, birth, rnd.choice(POLITICS),
        rnd.choice(UNI_TITLES if higher else TITLES), rnd.choice(POSITIONS), rnd.choice(RANKS),
        "retired" if gone else rnd.choice(PERSONNEL), hired, crypto.seal(phone, "registry.member.phone"),
        crypto.blind(phone, "phone"), crypto.seal(card, "registry.member.card_number") if card else "", not gone, last,
    )  # fmt: skip
    return row, [(n, unit, hired, "join", left, "retire" if gone else "")]


def piece(asked: tuple[tuple[Staff, ...], int, datetime.date]) -> tuple[str, str]:
    """The members of some units and their memberships, as text for COPY."""
    staff, seed, last = asked
    people, stays = [], []
    for one in staff:
        rnd = random.Random(f"{seed}-{one.first}")
        for n in range(one.first, one.first + one.count):
            row, stay = _person(n, one.unit, one.higher, rnd, last)
            people.append(row)
            stays += stay
    return "".join(lines(people)), "".join(lines(stays))


def _pieces(staff: list[Staff]) -> Iterator[tuple[Staff, ...]]:
    """Units gathered into pieces of about the same size."""
    kept: list[Staff] = []
    for one in staff:
        kept.append(one)
        if sum(each.count for each in kept) >= PIECE:
            yield tuple(kept)
            kept = []
    if kept:
        yield tuple(kept)


def written(staff: list[Staff], seed: int, last: datetime.date) -> Iterator[tuple[str, str]]:
    """Every piece in order. Which process makes it changes nothing: the dice are thrown per unit."""
    asked = [(one, seed, last) for one in _pieces(staff)]
    if len(asked) == 1:
        yield piece(asked[0])
        return
    with multiprocessing.get_context("fork").Pool(os.cpu_count()) as pool:
        yield from pool.imap(piece, asked)
