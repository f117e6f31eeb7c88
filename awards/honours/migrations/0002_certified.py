import pgtrigger.compiler
import pgtrigger.migrations
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

FILL = """
UPDATE honours_honour h SET certified = true FROM honours_certificate c WHERE c.honour_id = h.id AND NOT h.certified
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("honours", "0001_initial")]

    operations = [
        migrations.AddField(
            "honour", "certified", models.BooleanField(db_default=False, default=False, editable=False)
        ),
        # before what is there is looked through, so that a certificate made meanwhile is not missed
        pgtrigger.migrations.AddTrigger(
            model_name="certificate",
            trigger=pgtrigger.compiler.Trigger(
                name="certifies",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="UPDATE honours_honour SET certified = true WHERE id = NEW.honour_id; RETURN NULL;",
                    hash="3aeb882c2ef757693933f282fd72eea6523c28a5",
                    operation="INSERT",
                    pgid="pgtrigger_certifies_fd341",
                    table="honours_certificate",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="honour",
            index=models.Index(
                condition=models.Q(certified=False, revoked_at=None), fields=["entry"], name="honour_to_certify"
            ),
        ),
    ]
