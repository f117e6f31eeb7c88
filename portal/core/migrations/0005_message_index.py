from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("core", "0004_message_routes")]

    operations = [
        AddIndexConcurrently(
            "message", models.Index(condition=models.Q(("routed", False)), fields=["id"], name="message_unrouted")
        ),
    ]
