from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("registry", "0006_planned_changes")]

    operations = [
        AddIndexConcurrently(
            model_name="organization",
            index=models.Index(fields=["parent", "id"], name="organization_below"),
        ),
    ]
