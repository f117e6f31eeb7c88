"""Give every account its person; a member's account learns the document index of its member."""

from django.db import migrations

BATCH = 5000


def fill(apps, schema_editor) -> None:
    """In small parts, each its own transaction: nobody who signs in meanwhile waits. The trigger computes the rest."""
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(
                "UPDATE accounts_user SET person = id WHERE id IN "
                "(SELECT id FROM accounts_user WHERE person = 0 ORDER BY id LIMIT %s)",
                [BATCH],
            )
            if not cursor.rowcount:
                return


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0006_separation")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
