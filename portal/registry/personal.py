"""What the registry holds of people."""

import datetime

from django.db.models import Q, QuerySet
from django.db.models.functions import Length

from portal.kit import days, text
from portal.kit.personal import DUTY, Holding, Level, Rule, Shred, hidden, past
from portal.registry.models import ImportBatch, ImportRow, Member, MemberMerge

HOLDINGS = (
    Holding(
        "registry.Member",
        "会员资料",
        Level.PERSONAL,
        "会籍管理，推荐、慰问时认人",
        DUTY,
        "在会期间；离会后到期去掉可识别本人的内容",
        Shred.BLANK,
        {
            Level.SENSITIVE: ("document_number", "phone", "card_number"),
            # what a post says of somebody, not what their papers say
            Level.INTERNAL: (
                "id",
                "version",
                "updated_at",
                "active",
                "organization",
                "pinyin",
                "initials",
                "sex",
                "title",
                "position",
                "rank",
                "personnel",
                "hired_on",
            ),
        },
        masks={"document_number": text.mask_id, "phone": text.mask_phone, "card_number": text.mask_card},
        blanks={
            "name": lambda row: text.mask_name(row.name),
            "pinyin": "",
            "initials": "",
            "phone": "",
            "card_number": "",
            # unique and sealed: a number nobody has, and nobody can be found by
            "document_number": lambda row: f"-{row.pk}",
            "birth_date": None,
            "politics": "",
            "title": "",
            "position": "",
        },
        person="pk",
        order=10,
        copied=(
            "organization",
            "name",
            "document",
            "document_number",
            "sex",
            "birth_date",
            "politics",
            "title",
            "position",
            "rank",
            "personnel",
            "hired_on",
            "phone",
            "card_number",
            "active",
        ),
    ),
    Holding(
        "registry.Membership",
        "会籍",
        Level.PERSONAL,
        "会籍管理，会龄计算",
        DUTY,
        "保留：会籍档案，只剩编号",
        Shred.KEEP,
        {Level.INTERNAL: ("id",)},
        person="member",
        order=11,
    ),
    Holding(
        "registry.Duplicate",
        "疑似重复",
        Level.INTERNAL,
        "查出同一个人的两条登记",
        DUTY,
        "保留：定过是两个人的不再问",
        Shred.KEEP,
        person="first",
        order=12,
    ),
    Holding(
        "registry.MemberMerge",
        "合并记录",
        Level.INTERNAL,
        "两条登记并成一人，可以撤回",
        DUTY,
        "保留：会籍档案；换掉的旧值过了撤回期限去掉",
        Shred.BLANK,
        {Level.SENSITIVE: ("values",)},
        masks={"values": hidden},
        blanks={"values": ""},
        person="survivor",
        order=13,
    ),
    Holding(
        "registry.ImportBatch",
        "导入批次",
        Level.INTERNAL,
        "批量登记、更正",
        DUTY,
        "到期连同文件删除",
        Shred.DELETE,
    ),
    Holding(
        "registry.ImportRow",
        "导入行",
        Level.INTERNAL,
        "批量登记、更正",
        DUTY,
        "到期删除",
        Shred.DELETE,
        {Level.SENSITIVE: ("payload",), Level.PERSONAL: ("name",)},
        masks={"payload": hidden},
    ),
)
ENDED = (
    ImportBatch.State.COMMITTED,
    ImportBatch.State.UNDONE,
    ImportBatch.State.DROPPED,
    ImportBatch.State.BROKEN,
)


def _left(since: datetime.date) -> QuerySet:
    """Out of every union since then, and not blanked yet."""
    gone = Member.objects.filter(active=False, memberships__left_on__lte=since).exclude(
        Q(memberships__left_on__gt=since) | Q(memberships__left_on__isnull=True)
    )
    return gone.exclude(pinyin="", politics="", birth_date=None).distinct()


def _merged(since: datetime.date) -> QuerySet:
    """Mergers too old to be taken back, with the values that were exchanged still beside them."""
    # the column is sealed and cannot be compared, but an empty text stays empty
    held = MemberMerge.objects.alias(held=Length("values")).filter(held__gt=0)
    return held.filter(at__lte=days.end_of_day(since))


RULES = (
    Rule(
        "import-row",
        "导入行",
        "registry.ImportRow",
        90,
        "上传",
        past(ImportRow, "batch__created_at", batch__state__in=ENDED),
    ),
    Rule("import", "导入批次", "registry.ImportBatch", 90, "上传", past(ImportBatch, "created_at", state__in=ENDED)),
    Rule("member-merge", "合并记录", "registry.MemberMerge", 60, "合并", _merged),
    Rule("member", "离会的会员", "registry.Member", 3650, "离会", _left),
)
