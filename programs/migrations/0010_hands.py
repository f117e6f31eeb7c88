"""Hands of members' accounts are named after the person, like all others."""

import pgtrigger
from django.db import migrations


def rename(apps, schema_editor) -> None:
    with pgtrigger.ignore("programs.Hand:append_only"), schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "UPDATE programs_hand h SET person = 'u' || u.person FROM accounts_user u "
            "WHERE h.person = 'm' || u.member_id"
        )


class Migration(migrations.Migration):
    dependencies = [("programs", "0009_separation"), ("accounts", "0007_persons")]
    operations = [migrations.RunPython(rename, migrations.RunPython.noop)]
