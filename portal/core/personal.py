"""What the ground floor holds of people."""

import datetime

from django.db.models import Q, QuerySet

from portal.core.models import Job, Message
from portal.kit import days
from portal.kit.personal import DUTY, Holding, Level, Rule, SealedJson, Shred, past

HOLDINGS = (
    Holding(
        "core.Message",
        "消息",
        Level.INTERNAL,
        "告诉本人办到哪一步",
        DUTY,
        "读过后到期删除",
        Shred.DELETE,
        {Level.PERSONAL: ("subject", "body")},
        account="user",
        copied=("subject", "body", "created_at", "read_at"),
        order=80,
    ),
    Holding(
        "core.Delivery",
        "发出的消息",
        Level.INTERNAL,
        "消息发到本人的邮箱、手机",
        DUTY,
        "随消息；原来的地址发出即去掉",
        Shred.DELETE,
        {Level.SENSITIVE: ("to",)},
        masks={"to": lambda _address: "***"},
        account="message__user",
        copied=("channel", "sent_at"),
        order=81,
    ),
    Holding(
        "core.Reachability",
        "接收方式",
        Level.INTERNAL,
        "按本人选的渠道和时间发消息",
        DUTY,
        "随账号",
        Shred.DELETE,
        {Level.PERSONAL: ("wecom",)},
        account="user",
        copied=("channels", "quiet_from", "quiet_until", "wecom"),
        order=82,
    ),
    Holding(
        "core.Job",
        "后台任务",
        Level.INTERNAL,
        "导入、导出、制作文件",
        DUTY,
        "做完后到期删除",
        Shred.DELETE,
        account="owner",
        copied=("title", "created_at", "state"),
        order=85,
    ),
    Holding(
        "core.Record",
        "操作记录",
        Level.INTERNAL,
        "谁做了什么，事后能查",
        DUTY,
        "保留：审计凭证，不改不删",
        Shred.KEEP,
        {Level.PERSONAL: ("target_name", "as_name", "note")},
        account="by",
        copied=("at", "as_name", "act", "target_name", "note"),
        order=90,
    ),
)
SEALED = (SealedJson("core.Job", "params", "export"),)


def _read(since: datetime.date) -> QuerySet:
    return Message.objects.filter(created_at__lte=days.end_of_day(since)).filter(
        Q(read_at__lte=days.end_of_day(since)) | Q(read_at__isnull=True, user__is_active=False)
    )


RULES = (
    Rule("message", "消息", "core.Message", 365, "读过", _read),
    Rule("job", "后台任务和它的结果", "core.Job", 90, "做完", past(Job, "finished_at")),
)
