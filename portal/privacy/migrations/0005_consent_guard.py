from django.db import migrations
from django.utils import timezone

GUARD = """
CREATE FUNCTION consent_stands(person bigint, what text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce((
    SELECT c.given AND t.version = (SELECT max(version) FROM privacy_consenttext WHERE purpose = what)
    FROM privacy_consent c JOIN privacy_consenttext t ON t.id = c.text_id
    WHERE c.member_id = person AND t.purpose = what ORDER BY c.id DESC LIMIT 1
  ), false)
$$
"""
#: The first version of each; the city office publishes the next ones on the page.
FIRST = {
    "photo-story": "您的照片、事迹和姓名、单位用于公开展示先进（门户的公开页、展板、会议材料），任何人都看得到。撤回以后从公开页拿掉，已经印出来的收不回。",
    "health": "您的病情、诊断和医疗费用用于办理帮扶、互助保障，只有经办这一件的人看得到，每看一次记一次。办结以后按保存期限清掉。",
    "family": "您的家庭成员的姓名、关系和困难情况用于办理帮扶、慰问，只有经办这一件的人看得到。请先告诉家人。办结以后按保存期限清掉。",
}


def first_texts(apps, schema_editor) -> None:
    text = apps.get_model("privacy", "ConsentText")
    for purpose, words in FIRST.items():
        text.objects.create(purpose=purpose, version=1, text=words, published_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("privacy", "0004_consents_wishes")]
    operations = [
        migrations.RunSQL(GUARD, "DROP FUNCTION consent_stands(bigint, text)"),
        migrations.RunPython(first_texts, migrations.RunPython.noop),
    ]
