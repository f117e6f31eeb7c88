"""What the engine holds of people."""

import datetime

from django.db import connection
from django.db.models import Q, QuerySet

from portal.kit import days, text
from portal.kit.personal import DUTY, Holding, Level, Rule, Shred, hidden, past
from programs.actions import shred
from programs.models import Attachment, Call, Edit, Entry, Notice, NoticeLine, Objection, Revision
from programs.rules.ages import years_before
from programs.spec import State

GONE = "—"
#: Ended without an honour. What was approved stays with the honour it led to.
IN_VAIN = (State.WITHDRAWN, State.REFUSED, State.LAPSED, State.DRAFT)


def masked_words(row: NoticeLine) -> str:
    return text.mask_name(row.name)


HOLDINGS = (
    Holding(
        "programs.Entry",
        "推荐、申报",
        Level.PERSONAL,
        "评选、公示、决定",
        DUTY,
        "通过的随荣誉登记长期保留；没有通过的到期去掉内容",
        Shred.BLANK,
        {
            Level.INTERNAL: (
                "id",
                "call",
                "category",
                "organization",
                "desk",
                "desk_since",
                "returned_from",
                "held",
                "version",
                "revision",
                "created_by",
                "saved_by",
                "saved_at",
                "updated_at",
                "created_at",
                "flags",
                "state",
                "number",
                "pinyin",
                "initials",
            )
        },
        blanks={
            "subject": lambda row: text.mask_name(row.subject),
            "pinyin": "",
            "initials": "",
            "data": dict,
            "flags": dict,
        },
        person="member",
        copied=("call", "category", "organization", "number", "state", "data", "submitted_at"),
        erasable={"state__in": IN_VAIN},
        order=30,
    ),
    Holding(
        "programs.Revision",
        "推荐的版本",
        Level.PERSONAL,
        "交上去的是什么，事后能对",
        DUTY,
        "和推荐一起",
        Shred.DELETE,
        {Level.INTERNAL: ("id", "entry", "number", "digest", "by", "at")},
        person="entry__member",
        copied=("number", "at", "data"),
        remove=shred.revisions,
        erasable={"entry__state__in": IN_VAIN},
        order=31,
    ),
    Holding(
        "programs.Attachment",
        "推荐的附件",
        Level.PERSONAL,
        "评选的依据",
        DUTY,
        "和推荐一起，连同文件",
        Shred.DELETE,
        {Level.INTERNAL: ("id", "entry", "digest", "added_by", "added_at")},
        person="entry__member",
        copied=("item", "file", "added_at"),
        erasable={"entry__state__in": IN_VAIN},
        order=32,
    ),
    Holding(
        "programs.Edit",
        "推荐的改动",
        Level.INTERNAL,
        "别人盖掉的字找得回来",
        DUTY,
        "改过以后到期删除",
        Shred.DELETE,
        {Level.PERSONAL: ("changes",)},
        person="entry__member",
        copied=("at", "changes"),
        erasable={"entry__state__in": IN_VAIN},
        order=32,
    ),
    Holding(
        "programs.Hand",
        "经手",
        Level.INTERNAL,
        "一个人在一件上只经手一次",
        DUTY,
        "保留：审计凭证，只有编号",
        Shred.KEEP,
        person="entry__member",
        copied=("hand",),
        order=34,
    ),
    Holding(
        "programs.Look",
        "看过的版本",
        Level.INTERNAL,
        "审核的人先看改了什么",
        DUTY,
        "保留：和推荐一起，只有编号",
        Shred.KEEP,
        person="entry__member",
        copied=("revision", "at"),
        order=35,
    ),
    Holding(
        "programs.NoticeLine",
        "公示名单",
        Level.PUBLIC,
        "公示",
        DUTY,
        "期满后到期遮住姓名",
        Shred.BLANK,
        {Level.INTERNAL: ("id", "notice", "entry", "order")},
        blanks={"name": masked_words, "detail": ""},
        person="entry__member",
        copied=("notice", "name", "unit", "category"),
        erasable={"notice__state__in": (Notice.State.ENDED, Notice.State.ARCHIVED)},
        order=33,
    ),
    Holding(
        "programs.Notice",
        "公示",
        Level.PUBLIC,
        "公示",
        DUTY,
        "期满后到期撤下公开的网页",
        Shred.BLANK,
        blanks={"state": Notice.State.ARCHIVED},
    ),
    Holding(
        "programs.Objection",
        "异议",
        Level.INTERNAL,
        "核实反映的情况",
        DUTY,
        "办结后到期去掉姓名、联系方式、内容",
        Shred.BLANK,
        {Level.SENSITIVE: ("name", "contact", "text"), Level.PERSONAL: ("answer", "evidence")},
        masks={"name": hidden, "contact": hidden, "text": hidden},
        blanks={
            # an objection in somebody's name has one, says the database
            "name": lambda row: GONE if row.name else "",
            "contact": lambda row: GONE if row.contact else "",
            "text": GONE,
            "answer": GONE,
            "evidence": None,
        },
    ),
)


def _in_vain(since: datetime.date) -> QuerySet:
    """Closed and untouched since then, or for as many years as their own edition gives itself: the shorter counts."""
    over, today = _untouched(since), days.today()
    own = Call.objects.filter(params__keep_years__gt=0).order_by().values_list("params__keep_years", flat=True)
    for years in own.distinct():
        over |= Q(call__params__keep_years=years) & _untouched(years_before(today, years))
    return Entry.objects.filter(over, state__in=IN_VAIN)


def _untouched(since: datetime.date) -> Q:
    end = days.end_of_day(since)
    return Q(call__closes_at__lte=end, updated_at__lte=end)


def _entries(since: datetime.date) -> QuerySet:
    return _in_vain(since).exclude(data={}, pinyin="")


def _revisions(since: datetime.date) -> QuerySet:
    return Revision.objects.filter(entry__in=_in_vain(since))


def _attachments(since: datetime.date) -> QuerySet:
    return Attachment.objects.filter(entry__in=_in_vain(since))


def _over(since: datetime.date) -> QuerySet:
    return Notice.objects.filter(state=Notice.State.ENDED, ends_on__lte=since)


def _public_words(since: datetime.date) -> QuerySet:
    return NoticeLine.objects.filter(
        notice__ends_on__lte=since, notice__state__in=(Notice.State.ENDED, Notice.State.ARCHIVED)
    ).exclude(name__contains="*")


def _settled(since: datetime.date) -> QuerySet:
    return Objection.objects.filter(closed_at__lte=days.end_of_day(since)).exclude(answer=GONE)


RULES = (
    Rule("notice", "公示的网页", "programs.Notice", 30, "期满", _over),
    Rule("notice-line", "公示过的姓名", "programs.NoticeLine", 30, "期满", _public_words),
    Rule("objection", "异议的姓名、联系方式、内容", "programs.Objection", 730, "办结", _settled),
    Rule("edit", "推荐的改动", "programs.Edit", 365, "改", past(Edit, "at")),
    Rule("attachment", "没有通过的推荐的附件", "programs.Attachment", 1095, "截止", _attachments),
    Rule("revision", "没有通过的推荐的版本", "programs.Revision", 1095, "截止", _revisions),
    Rule("entry", "没有通过的推荐的内容", "programs.Entry", 1095, "截止", _entries),
)


def files_of_revisions(digests: list[str]) -> set[str]:
    """Of these files those that a frozen version still names: it keeps what was handed in with it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT f->>'sha256' FROM programs_revision, jsonb_array_elements(files) f "
            "WHERE f->>'sha256' = ANY(%s)",
            [digests],
        )
        return {row[0] for row in cursor.fetchall()}


FILES_NAMED = (files_of_revisions,)
