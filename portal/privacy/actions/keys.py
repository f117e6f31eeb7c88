"""Bringing every sealed value under the current key while people work (P-PI9).

A column is read and written in parts, and each row changes only where it still holds what was read: somebody who saves
meanwhile wins, and has sealed with the current key anyhow. Nothing remembers how far it came; what lies under the
current key is passed over, so a run that was broken off is simply run again. No version and no time of change moves.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import OperationalError, connection, models, transaction

from portal.core import trail
from portal.core.actor import Actor
from portal.kit import crypto
from portal.kit.crypto import CryptoError
from portal.kit.fields import BlindIndexField, EncryptedTextField
from portal.kit.personal import extra_indexes, sealed_json

PART = 500
TRIES, PAUSE = 5, 0.5


@dataclass(frozen=True)
class Table:
    """A model with something sealed: columns with their contexts, and indexes as (column, of column, context)."""

    model: type[models.Model]
    sealed: dict[str, str]
    indexes: tuple[tuple[str, str, str], ...] = ()
    as_json: bool = False

    @property
    def columns(self) -> list[str]:
        return [*self.sealed, *(name for name, _of, _context in self.indexes)]


def tables() -> Iterator[Table]:
    """Everything that lies sealed: found from the fields, and what the apps name besides."""
    extra = list(extra_indexes())
    for model in apps.get_models():
        fields = [one for one in model._meta.local_concrete_fields if isinstance(one, EncryptedTextField)]
        if not fields or model._meta.proxy:
            continue
        by_name = {one.name: one.column for one in fields}
        indexes = [
            (one.column, by_name[one.of], one.context)
            for one in model._meta.local_concrete_fields
            if isinstance(one, BlindIndexField)
        ]
        indexes += [(one.column, by_name[one.of], one.context) for one in extra if one.model == model._meta.label]
        yield Table(model, {one.column: one.sealed_as for one in fields}, tuple(indexes))
    for one in sealed_json():
        yield Table(apps.get_model(one.model), {one.column: one.context}, as_json=True)


def rotate(by: Actor, progress: Callable[[int, int, str], None] = lambda done, total, text: None) -> dict[str, int]:
    """Reseal everything; returns what was read, changed and could not be opened. May run twice at once, and again."""
    found = Counter(read=0, changed=0, unreadable=0)
    every = list(tables())
    total = sum(one.model._base_manager.count() for one in every)
    for table in every:
        last: Any = None
        while rows := _part(table, last):
            last = rows[-1][0]
            found += _bring(table, rows)
            progress(found["read"], total, str(table.model._meta.verbose_name))
    result = {name: found[name] for name in ("read", "changed", "unreadable")}
    trail.write(by, "keys.rotate", None, name=crypto.keyring().mark.rstrip(":"), change=result)
    return result


def _part(table: Table, last: Any) -> list[tuple]:
    meta = table.model._meta
    columns = ", ".join(f'"{name}"' for name in [meta.pk.column, *table.columns])
    where = f'WHERE "{meta.pk.column}" > %s' if last is not None else ""
    sql = f'SELECT {columns} FROM "{meta.db_table}" {where} ORDER BY "{meta.pk.column}" LIMIT {PART}'  # nosec B608 # names of our own columns
    with connection.cursor() as cursor:
        cursor.execute(sql, [last] if last is not None else [])
        return cursor.fetchall()


def _bring(table: Table, rows: list[tuple]) -> Counter:
    """Reseal the rows that need it, each if it is still as it was read."""
    found, changes = Counter(read=len(rows)), []
    for row in rows:
        try:
            new = _renewed(table, row)
        except CryptoError:
            found["unreadable"] += 1
            continue
        if new != list(row[1:]):
            changes.append((row, new))
    if changes:
        found["changed"] = _swap(table, changes)
    return found


def _renewed(table: Table, row: tuple) -> list[str | None]:
    if table.as_json:
        context = next(iter(table.sealed.values()))
        return [_renewed_json(row[1], context)]
    values = dict(zip(table.columns, row[1:], strict=True))
    plain: dict[str, str] = {}
    for column, context in table.sealed.items():
        wanted = any(of == column for _name, of, _context in table.indexes)
        if values[column] and (wanted or not values[column].startswith(crypto.keyring().mark)):
            plain[column] = crypto.open_(values[column], context)
            values[column] = crypto.reseal(values[column], context)
    for column, of, context in table.indexes:
        if values[column]:
            values[column] = crypto.blind(plain.get(of, ""), context)
    return list(values.values())


def _renewed_json(value: Any, context: str) -> Any:
    """The same structure with every sealed text in it renewed. Comes as text: a raw cursor does not decode JSON."""

    def walk(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: walk(inner) for key, inner in part.items()}
        if isinstance(part, list):
            return [walk(inner) for inner in part]
        return crypto.reseal(part, context) if isinstance(part, str) and crypto.is_sealed(part) else part

    was = json.loads(value) if isinstance(value, str) else value
    now = walk(was)
    return value if now == was else json.dumps(now)


def _swap(table: Table, changes: list[tuple[tuple, list]]) -> int:
    """One statement for the part. A row that somebody holds for long is met again on the next try."""
    meta = table.model._meta
    kind = "jsonb" if table.as_json else "text"
    columns = table.columns
    names = ["pk", *(f"was_{n}" for n in range(len(columns))), *(f"now_{n}" for n in range(len(columns)))]
    line = ", ".join([f"%s::{meta.pk.rel_db_type(connection)}", *[f"%s::{kind}"] * (2 * len(columns))])
    sets = ", ".join(f'"{name}" = v.now_{n}' for n, name in enumerate(columns))
    same = " AND ".join(f't."{name}" IS NOT DISTINCT FROM v.was_{n}' for n, name in enumerate(columns))
    sql = (
        f'UPDATE "{meta.db_table}" t SET {sets} FROM (VALUES {", ".join([f"({line})"] * len(changes))}) '  # nosec B608 # names of our own columns
        f'AS v({", ".join(names)}) WHERE t."{meta.pk.column}" = v.pk AND {same}'
    )
    values = [value for row, new in changes for value in (row[0], *map(_plain, row[1:]), *new)]
    for attempt in range(TRIES):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT set_config('portal.resealing', 'on', true)")
                cursor.execute(sql, values)
                return cursor.rowcount
        except OperationalError:
            if attempt == TRIES - 1:
                raise
            time.sleep(PAUSE)
    return 0


def _plain(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value


def in_use() -> dict[str, int]:
    """How many values lie under which ``suite:key``; a key that is not named here may be removed from FIELD_KEYS."""
    found: Counter[str] = Counter()
    for table in tables():
        if table.as_json:
            for value in table.model._base_manager.values_list(next(iter(table.sealed)), flat=True):
                found.update(_marks(value))
            continue
        for column in table.sealed:
            sql = (
                f"SELECT split_part(\"{column}\", ':', 1) || ':' || split_part(\"{column}\", ':', 2), count(*) "  # nosec B608 # names of our own columns
                f'FROM "{table.model._meta.db_table}" WHERE "{column}" <> \'\' GROUP BY 1'
            )
            with connection.cursor() as cursor:
                cursor.execute(sql)
                found.update(dict(cursor.fetchall()))
    return dict(sorted(found.items()))


def _marks(part: Any) -> Iterator[str]:
    if isinstance(part, dict | list):
        for inner in part.values() if isinstance(part, dict) else part:
            yield from _marks(inner)
    elif isinstance(part, str) and crypto.is_sealed(part):
        yield part.rpartition(":")[0]


def old_indexes() -> int:
    """How many blind indexes are not the current key's: reads and opens every row that has one."""
    stale = 0
    for table in tables():
        if not table.indexes:
            continue
        last: Any = None
        while rows := _part(table, last):
            last = rows[-1][0]
            for row in rows:
                values = dict(zip(table.columns, row[1:], strict=True))
                stale += sum(
                    values[column] != crypto.blind(crypto.open_(values[of], table.sealed[of]), context)
                    for column, of, context in table.indexes
                    if values[column] and values[of]
                )
    return stale
