import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

CHANNELS = [("email", "邮件"), ("sms", "短信"), ("wecom", "企业微信")]


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_periodic_runs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ChannelState",
            fields=[
                ("name", models.CharField(choices=CHANNELS, max_length=10, primary_key=True, serialize=False)),
                ("slot_at", models.DateTimeField()),
                ("paused_until", models.DateTimeField(null=True)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("problem", models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("channel", models.CharField(choices=CHANNELS, max_length=10, verbose_name="渠道")),
                (
                    "state",
                    models.CharField(
                        choices=[("queued", "等着发"), ("sent", "发出了"), ("failed", "没发出")],
                        default="queued",
                        max_length=10,
                        verbose_name="情形",
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="试了几次")),
                ("due_at", models.DateTimeField(verbose_name="下次")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="发出")),
                ("problem", models.CharField(blank=True, max_length=200, verbose_name="为什么")),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="deliveries", to="core.message"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("message", "channel"), name="delivery_once")],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "queued")), fields=["channel", "due_at"], name="delivery_queue"
                    ),
                    models.Index(condition=models.Q(("state", "failed")), fields=["-id"], name="delivery_failed"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reachability",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("channels", models.JSONField(default=dict)),
                ("quiet_from", models.TimeField(blank=True, null=True, verbose_name="从")),
                ("quiet_until", models.TimeField(blank=True, null=True, verbose_name="到")),
                ("wecom", models.CharField(blank=True, max_length=64, verbose_name="企业微信账号")),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reachability",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
    ]
