"""P-REST2: every migration back and forward on a full copy while people read and write; no table is held for long.

The copy is filled, goes back to an old schema and comes forward again, while two loops take the locks that readers and
writers of each table take. Negative control: a migration that holds a table.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import psycopg2
import pytest
from django.db import connection, migrations
from django.db.migrations.executor import MigrationExecutor

from portal.core import outbox
from portal.core.management.commands.prepare import Brief
from tests import factories
from tests.ops.test_migrations import OURS
from tests.promises import workers
from tests.promises.servers import at_database, copied

pytestmark = [pytest.mark.services, pytest.mark.promise("P-REST2"), pytest.mark.django_db(transaction=True)]
LIMIT = 3.0
#: One row of each is multiplied; ``n`` counts, for what must be another in each row.
FILLED = {
    "registry_member": {"document_index": "md5(n::text)"},
    "registry_membership": {"left_on": "joined_on"},
    "programs_entry": {"number": "''", "claim": "''"},
    "programs_revision": {"number": "10 + n"},
    "core_record": {},
    "core_message": {"key": "'key-' || n"},
}
#: Rows of each at full size, as R in promises.md: 300,000 members, a million entries.
ROWS = {"programs_entry": 1_000_000, "core_record": 1_000_000}
ROWS_ELSE = 300_000
#: Migrations that cannot be taken back, with the reason. Empty: all can.
ONE_WAY: dict[tuple[str, str], str] = {}


@contextmanager
def full_copy() -> Iterator[str]:
    """Django's connection on a copy of the test's database; the copy's address."""
    with copied("upgrade") as name, at_database(name):
        yield workers.environment(workers.ROOT)["DATABASE_URL"]


def tables() -> list[str]:
    return [name for name in connection.introspection.table_names() if name.partition("_")[0] in OURS]


def fill(rows: dict[str, int], otherwise: int) -> int:
    """Multiply one row of each large table; how many rows there are then."""
    total = 0
    with connection.cursor() as cursor:
        for table, values in FILLED.items():
            cursor.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND column_name <> 'id'"
                " AND is_generated = 'NEVER'",
                [table],
            )
            names = [name for (name,) in cursor.fetchall()]
            wanted, into = rows.get(table, otherwise), ", ".join(f'"{name}"' for name in names)
            what = ", ".join(values.get(name, f'one."{name}"') for name in names)
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(
                f"INSERT INTO {table} ({into}) SELECT {what} FROM (SELECT * FROM {table} ORDER BY id LIMIT 1) one,"
                f" generate_series(1, {wanted}) n"
            )
            assert cursor.rowcount == wanted, f"no row of {table} to multiply"
            total += cursor.rowcount
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("ANALYZE")
    return total


def shape() -> set[tuple]:
    """Every column, constraint, index and trigger of our tables, in the database's own words."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT 'column', table_name, column_name, data_type || is_nullable || coalesce(column_default, '')
              FROM information_schema.columns WHERE table_schema = 'public'
            UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
              FROM pg_constraint WHERE connamespace = 'public'::regnamespace
            UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
            UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid)
              FROM pg_trigger WHERE NOT tgisinternal""")
        return set(cursor.fetchall())


@dataclass
class Waits:
    """What people waited for a table while a migration ran: the longest, in seconds, with the migration's name."""

    url: str
    now: str = ""
    longest: tuple[float, str] = (0.0, "")
    asked: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    def people(self, mode: str) -> None:
        """Take and give back each table's lock, one after another: what a SELECT or an UPDATE has to wait for."""
        line = psycopg2.connect(self.url)
        with line.cursor() as cursor:
            cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            names = [name for (name,) in cursor.fetchall() if name.partition("_")[0] in OURS]
            line.rollback()
            while not self.stop.is_set():
                for name in names:
                    began = time.monotonic()
                    with suppress(psycopg2.errors.UndefinedTable):  # the migration made it, or took it away
                        cursor.execute(f'LOCK TABLE "{name}" IN {mode} MODE')
                    line.rollback()
                    self.asked += 1
                    self.longest = max(self.longest, (time.monotonic() - began, f"{self.now} on {name}"))
                time.sleep(0.005)
        line.close()


@contextmanager
def people_at_work(url: str) -> Iterator[Waits]:
    waits = Waits(url)
    threads = [threading.Thread(target=waits.people, args=(mode,)) for mode in ("ACCESS SHARE", "ROW EXCLUSIVE")]
    for thread in threads:
        thread.start()
    try:
        yield waits
    finally:
        waits.stop.set()
        for thread in threads:
            thread.join()


def ours() -> list[tuple[str, str]]:
    """Our migrations in the order of an upgrade."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True)
    return [(one.app_label, one.name) for one, _backwards in plan if one.app_label in OURS]


def migrate(targets: list[tuple[str, str]], waits: Waits | None = None) -> None:
    """Go to these, forward or back; ``waits`` learns which migration is at work."""

    def at(action: str, migration: object = None, fake: bool = False) -> None:
        if waits is not None and action.endswith("_start") and migration is not None:
            waits.now = str(migration)

    Brief(connection, at).migrate(targets)


def test_each_migration_forward_and_back_while_people_work(world, figure, full_size):
    factories.submitted(world["u.chair"], factories.call(world["officer"]))
    outbox.tell([world["u.chair"].user], "开会", key="meeting")
    with full_copy() as url:
        plan = ours()
        first = dict(reversed(plan))
        later = [node for node in plan if first[node[0]] != node[1] and node not in ONE_WAY]
        later = later if full_size else later[-3:]
        newest = MigrationExecutor(connection).loader.graph.leaf_nodes()
        before = dict(node for node in plan if node not in later)  # the last of each app that stays
        oldest = [(app, before[app]) for app in {app for app, _name in later}]
        rows = fill(ROWS, ROWS_ELSE) if full_size else fill({}, 2_000)
        # the copy's tables were made by Django's own `migrate`: the difference is what `prepare` does otherwise
        made = shape()
        found = {}
        for way, targets in (("back", oldest), ("forward", newest)):
            with people_at_work(url) as waits:
                migrate(targets, waits)
            found[way] = waits
        again = shape()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM programs_entry")
            left = cursor.fetchone()[0]
    figure("migrations, rows", f"{len(later)} of {len(plan)}, {rows:,}")
    for way, waits in found.items():
        figure(f"{way}: times a table was asked for", waits.asked, wanted="> 0")
        figure(f"{way}: longest wait for a table", waits.longest[0], "s", "< 3 s")
        figure(f"{way}: at", waits.longest[1])
    figure("migrations declared one-way", len(ONE_WAY))
    assert len(later) >= 3 and all(waits.asked > 100 for waits in found.values())
    # a small run shares its processors with others: there the figure is told, and judged at full size
    assert not full_size or max(waits.longest[0] for waits in found.values()) < LIMIT, found
    figure("columns, constraints, indexes and triggers otherwise than before", len(made ^ again), wanted="0")
    assert left > rows / 10 and len(made) > 500
    assert made ^ again == set()


def test_the_control_a_migration_that_holds_a_table_is_seen(figure, full_size):
    """The same loops beside one that takes its table and keeps it."""
    seconds = LIMIT + 0.3 if full_size else 1.0
    holding = migrations.Migration("0099_control", "programs")
    holding.operations = [
        migrations.RunSQL(f"LOCK TABLE programs_entry IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep({seconds});")
    ]
    with full_copy() as url, people_at_work(url) as waits:
        workers.until(lambda: waits.asked > 10, 20, "people at work")
        executor = MigrationExecutor(connection)
        with connection.schema_editor(atomic=True) as editor:
            holding.apply(executor.loader.project_state(), editor)
    figure("control: wait for a table that is held", waits.longest[0], "s", f"> {seconds - 0.2:.1f}")
    assert waits.longest[0] > seconds - 0.2 and waits.longest[1].endswith("programs_entry")
