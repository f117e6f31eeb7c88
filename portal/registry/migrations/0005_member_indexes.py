import django.db.models.deletion
from django.db import migrations, models

#: Each costs a random write for every new member, and no question is answered by it: parts of a hash are not looked
#: for, and the index over (organization, pinyin) begins with the organization. Dropping one takes no time.
ORGANIZATION = "registry_member_organization_id_1e732ca2"
GONE = (
    (ORGANIZATION, "(organization_id)"),
    ("registry_member_document_index_6aaf91b4_like", "(document_index varchar_pattern_ops)"),
    ("registry_member_phone_index_1f9b69fc_like", "(phone_index varchar_pattern_ops)"),
)


class Migration(migrations.Migration):
    dependencies = [("registry", "0004_people_and_figures")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f"DROP INDEX IF EXISTS {name}", f"CREATE INDEX IF NOT EXISTS {name} ON registry_member {columns}"
                )
                for name, columns in GONE
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="member",
                    name="organization",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="members",
                        to="registry.organization", verbose_name="所在工会",
                    ),
                ),
            ],
        ),
    ]  # fmt: skip
