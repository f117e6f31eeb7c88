"""An upgrade must not lock a table in use: what a migration may do to a table that was there before it (P-REST2).

Allowed on such a table: columns that are nullable or have a database default, indexes built concurrently; nothing that
the version before still uses goes. What was made before this test, or is known to be quick, is named below with its
reason; tests/promises/test_upgrade.py measures the locks.
"""

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.models import NOT_PROVIDED

OURS = {"core", "registry", "accounts", "programs", "honours", "api", "privacy"}
SHORT = (AddIndexConcurrently, RemoveIndexConcurrently)
#: What the version before still asks for: it works on while this one is being prepared.
GONE = (migrations.RemoveField, migrations.RenameField, migrations.RenameModel, migrations.DeleteModel)
SLOW = (migrations.AddIndex, migrations.AddConstraint, migrations.AlterUniqueTogether, migrations.AlterIndexTogether)
#: (app, migration) → why its locks are harmless.
KNOWN: dict[tuple[str, str], str] = {
    ("core", "0004_message_routes"): "takes columns away at once: nothing had been deployed before it",
    ("programs", "0002_bulk_deadlines"): "extensions: hundreds of rows",
    ("programs", "0003_places"): "calls, categories and quotas: thousands of rows",
    ("registry", "0004_people_and_figures"): "members: some 300,000 rows, read once under the lock; not measured",
    ("programs", "0007_claims"): "entries: tens of thousands of rows, read once",
    ("programs", "0008_outcomes"): "entries: tens of thousands of rows, read once",
}


def complaints(migration: migrations.Migration) -> list[str]:
    """Operations that lock or rewrite a table which this migration did not make."""
    made: set[str] = set()
    found = []
    for operation in migration.operations:
        model = getattr(operation, "model_name", "").lower()
        if isinstance(operation, migrations.CreateModel):
            made.add(operation.name.lower())
        elif isinstance(operation, SHORT):
            if migration.atomic:
                found.append(f"{model}: concurrently needs atomic = False")
        elif model in made:
            continue
        elif isinstance(operation, GONE):
            what = getattr(operation, "name", "") or getattr(operation, "old_name", "")
            found.append(f"{model} {what}: {type(operation).__name__} takes away what the version before still uses")
        elif isinstance(operation, SLOW):
            found.append(f"{model}: {type(operation).__name__} holds off writers while it reads the table")
        elif isinstance(operation, migrations.AddField) and not _light(operation.field):
            found.append(f"{model}.{operation.name}: a new column must be nullable or have a db_default")
    return found


def _light(field: models.Field) -> bool:
    return bool(field.null or field.many_to_many or getattr(field, "db_default", NOT_PROVIDED) is not NOT_PROVIDED)


def ours() -> list[tuple[tuple[str, str], migrations.Migration]]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    rows = ((key, one) for key, one in loader.disk_migrations.items() if key[0] in OURS)
    return sorted((key, one) for key, one in rows if not one.initial)


def test_no_migration_locks_a_table_in_use():
    assert len(ours()) > 5
    bad = {key: found for key, one in ours() if (found := complaints(one)) and key not in KNOWN}
    assert bad == {}


def test_every_exception_is_still_needed():
    needed = {key for key, one in ours() if complaints(one)}
    assert set(KNOWN) - needed == set()


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddIndex("entry", models.Index(fields=["state"], name="x")),
        migrations.AddField("entry", "n", models.IntegerField(default=0)),
        migrations.AddConstraint("entry", models.UniqueConstraint(fields=["state"], name="x")),
        AddIndexConcurrently("entry", models.Index(fields=["state"], name="x")),
        migrations.RemoveField("entry", "note"),
        migrations.RenameField("entry", "note", "remark"),
        migrations.DeleteModel("Entry"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_the_control_what_locks_is_seen(operation):
    one = migrations.Migration("0099_x", "programs")
    one.operations = [operation]
    assert complaints(one)


def test_the_control_what_is_light_passes():
    one = migrations.Migration("0099_x", "programs")
    one.operations = [
        migrations.AddField("entry", "n", models.IntegerField(default=0, db_default=0)),
        migrations.AddField("entry", "m", models.IntegerField(null=True)),
        migrations.CreateModel("fresh", [("id", models.BigAutoField(primary_key=True))]),
        migrations.AddIndex("fresh", models.Index(fields=["id"], name="x")),
    ]
    assert complaints(one) == []
