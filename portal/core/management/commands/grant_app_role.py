"""Give the application's database role just what it needs: no DDL anywhere, no UPDATE or DELETE on append-only
tables.
"""

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection
from psycopg2 import sql

from portal.core.models import APPEND_ONLY, UNCHANGED


def grant(role: str) -> None:
    """Run by the owner after every migrate. Raises when the role does not exist."""
    name = sql.Identifier(role)
    statements = [
        "GRANT USAGE ON SCHEMA public TO {role}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role}",
    ]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(sql.SQL(statement).format(role=name))
        for table in APPEND_ONLY:
            revoke = sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {role}")
            cursor.execute(revoke.format(table=sql.Identifier(table), role=name))
        for table in UNCHANGED:
            revoke = sql.SQL("REVOKE UPDATE, TRUNCATE ON {table} FROM {role}")
            cursor.execute(revoke.format(table=sql.Identifier(table), role=name))


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args, **options) -> None:
        grant(settings.APP_ROLE)
        self.stdout.write(f"granted to {settings.APP_ROLE}; append-only: {', '.join(sorted(APPEND_ONLY))}")
