"""Queries that the ORM writes once a process.

Writing the SQL of a wide row and working out how its columns are read costs the ORM a millisecond, again with each
request that asks the same. A ``Prepared`` keeps both; only the values are put in when it is asked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Model, QuerySet, Value
from django.db.models.query import ModelIterable, get_related_populators
from django.db.transaction import TransactionManagementError

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Slot:
    """The place of a value that is given when the query is asked."""

    name: str


def slot(name: str) -> Value:
    """For a lookup: ``filter(pk=slot("pk"))``. For ``__in`` the value is given as a tuple, which may not be empty."""
    return Value(Slot(name))


@dataclass(frozen=True)
class _Written:
    """What the ORM made of the queryset: the SQL, and how a row becomes objects. Belongs to no connection."""

    model: type[Model]
    alias: str
    locks: bool
    sql: str
    params: tuple[Any, ...]
    #: (column, functions that read it, expression)
    converters: list[tuple[int, list[Callable], Any]]
    #: Where the model's own columns stand, and their names; None for ``values_list``.
    own: slice | None
    names: list[str]
    related: list[Any]
    annotations: dict[str, int]


class Prepared(Generic[M]):
    """A queryset of models, with those it selects along, or of ``values_list``, as a function of its slots.

    ``make`` builds it at first use. Whatever may differ between two requests (a day, an actor, a list of ids) must be a
    slot: the rest stays as it was written. Values go to the driver as they are and have the type of their column.
    """

    def __init__(self, make: Callable[[], QuerySet[M]]) -> None:
        self._make = make

    @cached_property
    def _written(self) -> _Written | None:
        """None for what can have no rows, as ``none()``."""
        rows = self._make()
        compiler = rows.query.get_compiler(rows.db)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            return None
        columns = [column for column, _sql, _alias in compiler.select]
        converters = [(at, how, column) for at, (how, column) in compiler.get_converters(columns).items()]
        what = (rows.model, rows.db, rows.query.select_for_update, sql, tuple(params), converters)
        if rows._iterable_class is not ModelIterable:
            return _Written(*what, None, [], [], {})
        fields = compiler.klass_info["select_fields"]
        own = slice(fields[0], fields[-1] + 1)
        related = get_related_populators(compiler.klass_info, compiler.select, rows.db)
        names = [column.target.attname for column in columns[own]]
        return _Written(*what, own, names, related, compiler.annotation_col_map or {})

    @property
    def asks(self) -> frozenset[str]:
        """The names of the values that it is asked with."""
        kept = self._written
        return frozenset(one.name for one in kept.params if isinstance(one, Slot)) if kept else frozenset()

    def all(self, **given: Any) -> list[M]:
        """The rows for these values, each as the queryset would give it."""
        kept = self._written
        if kept is None:
            return []
        connection = connections[kept.alias]
        if kept.locks and not connection.in_atomic_block:
            raise TransactionManagementError("a lock outside of a transaction is gone at once")
        with connection.cursor() as cursor:
            cursor.execute(kept.sql, [given[one.name] if isinstance(one, Slot) else one for one in kept.params])
            rows = cursor.fetchall()
        return [self._read(kept, list(row), connection) for row in rows]

    @staticmethod
    def _read(kept: _Written, row: list[Any], connection: Any) -> Any:
        for at, how, column in kept.converters:
            for convert in how:
                row[at] = convert(row[at], column, connection)
        if kept.own is None:
            return tuple(row)
        one = kept.model.from_db(kept.alias, kept.names, row[kept.own])
        for related in kept.related:
            related.populate(row, one)
        for name, at in kept.annotations.items():
            setattr(one, name, row[at])
        return one

    def first(self, **given: Any) -> M | None:
        """The first of the rows, which are few or limited; None where there is none."""
        return next(iter(self.all(**given)), None)
