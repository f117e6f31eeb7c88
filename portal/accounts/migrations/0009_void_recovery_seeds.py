"""Recovery codes of allauth go: their seeds could draw them again. Whoever had some is told to make a new set."""

from django.db import migrations

SUBJECT = "原来的备用码作废了"
BODY = "备用码改成只显示一次、不能再取出的做法，原来的不能再用。到“两步验证”里做一套新的，抄下来。"


def void(apps, schema_editor):
    seeds = apps.get_model("mfa", "Authenticator").objects.filter(type="recovery_codes")
    Message = apps.get_model("core", "Message")
    Message.objects.bulk_create(
        (
            Message(user_id=user, subject=SUBJECT, body=BODY, url="/account/2fa/", key="recovery-seeds", kind="safety")
            for user in seeds.values_list("user_id", flat=True)
        ),
        batch_size=1000,
        ignore_conflicts=True,
    )
    seeds.delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_recovery_codes"),
        ("core", "0007_outcomes"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]
    operations = [migrations.RunPython(void, migrations.RunPython.noop)]
