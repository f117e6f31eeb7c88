"""Lists of the ground floor: one's background work, and the trail."""

import datetime

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.core import acts
from portal.core.models import Channel, Delivery, Job, Message, Record
from portal.kit import days
from portal.kit.forms import DateInput
from portal.kit.tables import Bulk, Column, Empty, Listing, View, filter_label

_TAG = {"done": "good", "failed": "bad", "running": "new"}


def _state(job: Job) -> str:
    words = f"{job.get_state_display()} {job.percent}%" if job.state == Job.State.RUNNING else job.get_state_display()
    return format_html('<span class="tag {}">{}</span>', _TAG.get(job.state, ""), words)


def clock(moment: datetime.datetime | None) -> str:
    """To the second: the trail is read beside clocks."""
    return f"{days.local(moment):%Y-%m-%d %H:%M:%S}" if moment else ""


def link_of(job: Job) -> str:
    return reverse("core:job", args=[job.pk])


def _result(job: Job) -> str:
    return job.file.name if job.file else job.error


JOBS = Listing(
    key="jobs",
    title=gettext_lazy("后台任务"),
    noun=gettext_lazy("个"),
    columns=(
        Column("title", gettext_lazy("任务"), phone="k", link=link_of, fixed=True),
        Column(
            "at",
            gettext_lazy("几时"),
            value=lambda job: days.short_datetime(job.created_at),
            css="num",
            phone="w",
            sort="created_at",
        ),
        Column("state", gettext_lazy("情形"), value=_state, phone="s"),
        Column("result", gettext_lazy("结果"), value=_result),
    ),
    views=(
        View("all", gettext_lazy("全部")),
        View("open", gettext_lazy("在做的"), Q(state__in=("queued", "running"))),
        View("failed", gettext_lazy("没做成"), Q(state="failed")),
    ),
    order=("-id",),
    empty=Empty(
        gettext_lazy("还没有后台任务"), gettext_lazy("导入、导出、做证书这类要等一会儿的事，进度和结果都列在这里。")
    ),
)


MESSAGES = Listing(
    key="messages",
    title=gettext_lazy("消息"),
    columns=(Column("subject", gettext_lazy("标题")), Column("at", gettext_lazy("几时"), sort="created_at")),
    views=(View("all", gettext_lazy("全部")), View("unread", gettext_lazy("没读的"), Q(read_at__isnull=True))),
    order=("-id",),
    source=lambda actor: Message.objects.visible_to(actor),  # noqa: PLW0108 - managers are made late
)


# ── the trail ──
def _acts() -> list[tuple[str, str]]:
    return sorted(acts.words().items())


class RecordFilter(django_filters.FilterSet):
    """Who is searched by typing; what, when and about what are filters."""

    act = django_filters.ChoiceFilter(
        label=gettext_lazy("做什么"), choices=_acts, empty_label=filter_label(gettext_lazy("做什么"))
    )
    since = django_filters.DateFilter(label=gettext_lazy("从"), method="from_day", widget=DateInput())
    until = django_filters.DateFilter(label=gettext_lazy("到"), method="to_day", widget=DateInput())
    target = django_filters.CharFilter(
        label=gettext_lazy("对象"),
        method="about",
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("对象名称或号")}),
    )
    request = django_filters.CharFilter(label=gettext_lazy("请求号"), field_name="request_id")

    class Meta:
        model = Record
        fields: list[str] = []

    def from_day(self, rows: QuerySet, name: str, value: datetime.date) -> QuerySet:
        return rows.filter(at__gte=days.end_of_day(value - datetime.timedelta(days=1)))

    def to_day(self, rows: QuerySet, name: str, value: datetime.date) -> QuerySet:
        return rows.filter(at__lte=days.end_of_day(value))

    def about(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        text = value.strip().lstrip("#")
        return (
            rows.filter(target_id=int(text))
            if text.isdecimal() and len(text) < 15
            else rows.filter(target_name__contains=text)
        )


def who(record: Record) -> str:
    """The person; the machine where nobody acted, a stranger where a login failed."""
    if record.by is not None:
        return record.by.name
    return _("没登录的人") if record.act == "account.login_failed" else _("系统")


def what(record: Record) -> str:
    return acts.words().get(record.act, record.act)


def sealed(record: Record) -> str:
    return _("已封") if hasattr(record, "seal") else _("等封")


RECORDS = Listing(
    key="records",
    title=gettext_lazy("操作记录"),
    columns=(
        Column(
            "id",
            gettext_lazy("号"),
            css="num sub",
            phone="desk",
            fixed=True,
            kind="int",
            link=lambda record: reverse("core:record", args=[record.pk]),
        ),
        Column("at", gettext_lazy("几时"), value=lambda record: clock(record.at), css="num nw", phone="s"),
        Column("who", gettext_lazy("谁"), value=who, css="nw", phone="k", fixed=True),
        Column("as", gettext_lazy("身份"), value="as_name", phone="w"),
        Column("act", gettext_lazy("做了什么"), value=what, phone="w", fixed=True),
        Column("target", gettext_lazy("对什么"), value="target_name"),
        Column("note", gettext_lazy("理由"), default=False, export_default=True, width=40),
        Column("sealed", gettext_lazy("封记"), value=sealed, css="nw", phone="hide"),
        Column("request_id", gettext_lazy("请求号"), css="num", default=False, export_default=True),
    ),
    search=("by__name", "as_name"),
    search_hint=gettext_lazy("谁、以什么身份"),
    filters=RecordFilter,
    order=("-id",),
    empty=Empty(gettext_lazy("还没有记录")),
    export_name="操作记录",
    source=lambda actor: rows_of(Record.objects.visible_to(actor)),
)


def rows_of(records: QuerySet[Record]) -> QuerySet[Record]:
    """Records with what a line shows."""
    return records.select_related("by", "seal")


# ── what leaves the house ──
_DELIVERY_TAG = {Delivery.State.SENT: "good", Delivery.State.FAILED: "bad", Delivery.State.QUEUED: ""}


class DeliveryFilter(django_filters.FilterSet):
    channel = django_filters.ChoiceFilter(
        label=gettext_lazy("渠道"), choices=Channel.choices, empty_label=filter_label(gettext_lazy("渠道"))
    )

    class Meta:
        model = Delivery
        fields = ["channel"]


def _delivery_state(row: Delivery) -> str:
    return format_html('<span class="tag {}">{}</span>', _DELIVERY_TAG[row.state], row.get_state_display())


def _delivery_time(row: Delivery) -> str:
    return clock(row.sent_at or row.due_at)


def _again(row: Delivery) -> bool:
    return row.state == Delivery.State.FAILED


DELIVERIES = Listing(
    key="deliveries",
    title=gettext_lazy("投递"),
    columns=(
        Column("id", gettext_lazy("号"), value=lambda row: f"{row.pk}", css="num sub", phone="desk", fixed=True),
        Column("to", gettext_lazy("给谁"), value="message.user.name", phone="k", fixed=True),
        Column("channel", gettext_lazy("渠道"), value=lambda row: row.get_channel_display(), phone="w"),
        Column("kind", gettext_lazy("类别"), value=lambda row: row.message.get_kind_display(), phone="hide"),
        Column("state", gettext_lazy("情形"), value=_delivery_state, phone="s"),
        Column("tries", gettext_lazy("试了几次"), css="n", phone="h"),
        Column("at", gettext_lazy("发出或下次"), value=_delivery_time, css="num nw", sort="due_at", phone="l"),
        Column("problem", gettext_lazy("为什么"), phone="l"),
        Column(
            "again",
            gettext_lazy("办理"),
            value=lambda row: _("重发…") if _again(row) else "",
            link=lambda row: reverse("core:delivery_resend", args=[row.pk]) if _again(row) else "",
            export=False,
            fixed=True,
        ),
    ),
    search=("message__user__name", "^message__user__username"),
    search_hint=gettext_lazy("姓名、用户名"),
    filters=DeliveryFilter,
    views=(
        View("failed", gettext_lazy("没发出"), Q(state=Delivery.State.FAILED)),
        View("queued", gettext_lazy("等着发"), Q(state=Delivery.State.QUEUED)),
        View("sent", gettext_lazy("发出了"), Q(state=Delivery.State.SENT)),
    ),
    order=("-id",),
    bulk=(Bulk(gettext_lazy("重发"), "core:deliveries_resend"),),
    empty=Empty(gettext_lazy("没有发不出去的"), gettext_lazy("试了 8 次还没发出的，列在这里，可以重发。")),
)

LISTINGS = (JOBS, RECORDS, DELIVERIES)
