"""Before the processes start, as the owner role: migrate, then give the working role its rights."""

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.core.management.commands import migrate
from django.db import transaction
from django.db.migrations import Migration, RunPython
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState


class Brief(MigrationExecutor):
    """Works out all statements of a migration first and runs them then, in one transaction.

    Django works them out one by one, for seconds, with the table of the first one locked all the while (P-REST2).
    Migrations that run Python or no transaction go Django's way.
    """

    def apply_migration(
        self, state: ProjectState, migration: Migration, fake: bool = False, fake_initial: bool = False
    ) -> ProjectState:
        if fake or fake_initial or not _plain(migration):
            return super().apply_migration(state, migration, fake, fake_initial)
        if self.progress_callback:
            self.progress_callback("apply_start", migration, fake)
        with self.connection.schema_editor(collect_sql=True) as editor:
            state = migration.apply(state, editor, collect_sql=True)
        with transaction.atomic(using=self.connection.alias):
            self._run(editor.collected_sql)
            self.record_migration(migration)
        if self.progress_callback:
            self.progress_callback("apply_success", migration, fake)
        return state

    def unapply_migration(self, state: ProjectState, migration: Migration, fake: bool = False) -> ProjectState:
        if fake or not _plain(migration):
            return super().unapply_migration(state, migration, fake)
        if self.progress_callback:
            self.progress_callback("unapply_start", migration, fake)
        with self.connection.schema_editor(collect_sql=True) as editor:
            state = migration.unapply(state, editor, collect_sql=True)
        with transaction.atomic(using=self.connection.alias):
            self._run(editor.collected_sql)
            self.recorder.record_unapplied(migration.app_label, migration.name)
        if self.progress_callback:
            self.progress_callback("unapply_success", migration, fake)
        return state

    def _run(self, statements: list[str]) -> None:
        with self.connection.cursor() as cursor:
            for statement in statements:
                if any(line and not line.startswith("--") for line in statement.splitlines()):
                    cursor.execute(statement)


def _plain(migration: Migration) -> bool:
    return migration.atomic and not any(isinstance(one, RunPython) for one in migration.operations)


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []  # `make check` runs them; here they would only delay every start

    def handle(self, *args, **options) -> None:
        migrate.MigrationExecutor = Brief
        call_command("migrate", interactive=False, verbosity=0)
        call_command("grant_app_role", stdout=self.stdout)
