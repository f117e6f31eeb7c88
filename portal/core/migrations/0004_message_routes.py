"""What was waiting or given up as e-mail becomes a delivery; then the columns of the single channel go.

The rows are copied before any lock is taken; the changes of the table rewrite nothing.
"""

from django.db import migrations, models

KINDS = [("safety", "账号和安全"), ("due", "要办的事和期限"), ("news", "进展和结果")]
COPY = """
INSERT INTO core_delivery (message_id, channel, state, tries, due_at, problem)
SELECT id, 'email', mail, mail_tries, COALESCE(mail_after, now()), mail_error
FROM core_message WHERE mail IN ('queued', 'failed')
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0003_channels")]

    operations = [
        migrations.RunSQL(COPY, migrations.RunSQL.noop),
        # what is there needs no routing, what comes does
        migrations.AddField("message", "routed", models.BooleanField(default=False, db_default=True)),
        migrations.AlterField("message", "routed", models.BooleanField(default=False, db_default=False)),
        migrations.AddField(
            "message",
            "kind",
            models.CharField(choices=KINDS, db_default="news", default="news", max_length=10, verbose_name="类别"),
        ),
        migrations.RemoveIndex("message", "message_mail_queue"),
        migrations.RemoveField("message", "mail"),
        migrations.RemoveField("message", "mail_after"),
        migrations.RemoveField("message", "mail_error"),
        migrations.RemoveField("message", "mail_sent_at"),
        migrations.RemoveField("message", "mail_tries"),
    ]
