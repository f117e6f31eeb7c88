"""Finding a part of a name or the end of a number by index: `name__found="敏芳"`, `number__ends="0123"`.

A trigram index needs three characters and a locale that knows Chinese letters; names have two or three, and the
database has locale C. So one index holds the characters of a name, and the other a number read from its end.
"""

from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Func, Lookup, Value
from django.db.models.functions import Collate


class CharacterIndex(GinIndex):
    """The index behind `__found` of one column."""

    def __init__(self, field: str, *, name: str) -> None:
        whole = Func(field, Value(None), function="string_to_array", output_field=models.TextField())
        super().__init__(whole, name=name, fastupdate=False)
        self.field = field

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        return f"{type(self).__module__}.{type(self).__qualname__}", (self.field,), {"name": self.name}


class EndIndex(models.Index):
    """The index behind `__ends` of one column."""

    def __init__(self, field: str, *, name: str) -> None:
        super().__init__(Collate(Func(field, function="reverse"), "C"), name=name)
        self.field = field

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        return f"{type(self).__module__}.{type(self).__qualname__}", (self.field,), {"name": self.name}


@models.CharField.register_lookup
class Found(Lookup):
    """Contains this part: the index gives the rows with all its characters, LIKE those where they stand together."""

    lookup_name = "found"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        like = f"%{connection.ops.prep_for_like_query(self.rhs)}%"
        sql = f"(string_to_array({column}, NULL) @> %s AND {column} LIKE %s)"
        return sql, [*params, sorted(set(str(self.rhs))), *params, like]


@models.CharField.register_lookup
class Ends(Lookup):
    """Ends like this: a number is known by its last digits."""

    lookup_name = "ends"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        like = f"{connection.ops.prep_for_like_query(str(self.rhs)[::-1])}%"
        return f'reverse({column}) COLLATE "C" LIKE %s', [*params, like]
