"""Finding the union that a cell means, among those the actor may write below."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from unicodedata import normalize

from django.utils.translation import gettext as _

from portal.core.actor import Actor
from portal.kit.refusal import Refused
from portal.registry.models import Organization

#: Looking for a near name costs some 20 ms; a sheet with a thousand invented names must not take minutes.
_HINTS = 300
_TAIL = re.compile(r"(工会委员会|工会|委员会)$")


def bare(name: str) -> str:
    """A name as it is compared: half-width, without blanks and without 工会 at the end."""
    tidy = "".join(normalize("NFKC", name).split()).upper()
    return _TAIL.sub("", tidy) or tidy


class NearMiss(Refused):
    """No union of this name, but one that is written much alike."""

    def __init__(self, message: str, near: int) -> None:
        super().__init__(message)
        self.near = near


@dataclass(frozen=True, slots=True)
class Unit:
    """What the importers need of a union, without loading thousands of models."""

    pk: int
    code: str
    name: str
    kind: str
    parent_id: int | None


class Units:
    """The unions below (and including) the actor's, by code, name, short name and “上级/名称”: one query.

    ``meant``: names that the user has said to mean a certain union, by the name as it is compared.
    """

    def __init__(self, by: Actor, meant: Mapping[str, int] | None = None) -> None:
        self._meant = meant or {}
        rows = Organization.objects.visible_to(by).filter(active=True).order_by("pk")
        self.by_pk: dict[int, Unit] = {}
        self.by_code: dict[str, Unit] = {}
        self._named: dict[str, dict[int, Unit]] = defaultdict(dict)
        self._said: dict[str, Unit | None] = {}
        for pk, code, name, short, kind, parent in rows.values_list(
            "pk", "code", "name", "short_name", "kind", "parent_id"
        ):
            unit = Unit(pk, code, name, kind, parent)
            self.by_pk[pk] = self.by_code[code.upper()] = unit
            for key in {bare(name), bare(short)} - {""}:
                self._named[key][pk] = unit

    def find(self, text: str) -> Unit:
        """The one union that is meant. Raises Refused, naming the nearest name."""
        if (meant := self.by_pk.get(self._meant.get(bare(text), 0))) is not None:
            return meant
        upper, _slash, last = text.replace("／", "/").rpartition("/")
        found = list(self._named.get(bare(last), {}).values())
        if code := self.by_code.get("".join(normalize("NFKC", text).split()).upper()):
            return code
        if upper:
            above = {unit.pk for unit in self._named.get(bare(upper.rpartition("/")[2]), {}).values()}
            found = [unit for unit in found if unit.parent_id in above]
        if len(found) == 1:
            return found[0]
        if found:
            raise Refused(_("有 %(n)d 家都叫“%(name)s”，分不清是哪一家") % {"n": len(found), "name": last})
        near = self.near(last)
        if near:
            raise NearMiss(_("你们下面没有叫这个名字的工会；相近：%(near)s") % {"near": near.name}, near.pk)
        raise Refused(_("你们下面没有叫这个名字的工会"))

    def near(self, text: str) -> Unit | None:
        """The union whose name is written most alike."""
        key = bare(text)
        if key not in self._said:
            close = get_close_matches(key, self._named, n=1, cutoff=0.5) if len(self._said) < _HINTS else []
            self._said[key] = next(iter(self._named[close[0]].values())) if close else None
        return self._said[key]
