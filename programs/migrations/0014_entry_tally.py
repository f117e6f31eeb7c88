from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # entries go on being written while the index grows
    atomic = False

    dependencies = [("programs", "0013_kin_by_number")]

    operations = [
        AddIndexConcurrently(
            model_name="entry",
            index=models.Index(
                fields=["call", "organization", "category", "state"],
                include=("desk", "returned_from", "submitted_at"),
                name="entry_tally",
            ),
        ),
    ]
