"""Lists of notices, objections and decisions."""

import django_filters
from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html

from portal.kit import days
from portal.kit.tables import Column, Empty, Listing, View, filter_label
from programs.models import Decision, Notice, Objection


def _tag(text: str, css: str = "") -> str:
    return format_html('<span class="tag {}">{}</span>', css, text)


_NOTICE = {"draft": "", "posted": "good", "ended": "warn", "archived": ""}
_OBJECTION = {"received": "warn", "accepted": "warn", "declined": "", "upheld": "bad", "dismissed": "good"}


class NoticeFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(label="情形", choices=Notice.State.choices, empty_label=filter_label("情形"))

    class Meta:
        model = Notice
        fields = ["state"]


NOTICES = Listing(
    key="notices",
    title="公示",
    noun="份",
    columns=(
        Column("title", "标题", phone="k", link=lambda n: n.get_absolute_url(), fixed=True, width=50),
        Column("number", "文号", css="num"),
        Column(
            "state",
            "情形",
            value=lambda n: _tag(n.get_state_display(), _NOTICE[n.state]),
            export=lambda n: n.get_state_display(),
            phone="s",
        ),
        Column("size", "件数", css="n", phone="h"),
        Column(
            "starts_on",
            "开始",
            value=lambda n: days.short_date(n.starts_on) if n.starts_on else "—",
            export=lambda n: n.starts_on,
            css="n",
            sort="starts_on",
            phone="h",
        ),
        Column(
            "ends_on",
            "期满",
            value=lambda n: days.short_date(n.ends_on) if n.ends_on else "—",
            export=lambda n: n.ends_on,
            css="n",
            sort="ends_on",
            phone="h",
        ),
        Column(
            "objected",
            "异议",
            value=lambda n: f"{n.objected} 件，{n.waiting} 件没办结" if n.waiting else n.objected,
            css="n",
        ),
    ),
    search=("title", "number"),
    search_hint="标题、文号",
    filters=NoticeFilter,
    views=(View("running", "公示中", Q(state="posted")), View("all", "全部")),
    default_view="all",
    order=("-id",),
    empty=Empty("还没有公示", "拟定名单好了，从名单页发公示。"),
    export_name="公示",
    source=Notice.objects.visible_to,
)


class ObjectionFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(label="情形", choices=Objection.State.choices, empty_label=filter_label("情形"))
    kind = django_filters.ChoiceFilter(label="方式", choices=Objection.Kind.choices, empty_label=filter_label("方式"))

    class Meta:
        model = Objection
        fields = ["state", "kind"]


OBJECTIONS = Listing(
    key="objections",
    title="异议",
    noun="件",
    columns=(
        Column(
            "about",
            "对谁",
            value=lambda o: o.line.entry.subject if o.line else "整个公示",
            phone="k",
            fixed=True,
            link=lambda o: reverse("programs:objection", args=[o.pk]),
        ),
        Column("notice", "公示", value="notice.title", phone="w", width=40),
        Column("kind", "方式", value=lambda o: o.get_kind_display()),
        Column(
            "state",
            "情形",
            value=lambda o: _tag(o.get_state_display(), _OBJECTION[o.state]),
            export=lambda o: o.get_state_display(),
            phone="s",
        ),
        Column(
            "received_at",
            "收到",
            value=lambda o: days.short_datetime(o.received_at),
            export=lambda o: o.received_at,
            css="n",
            sort="received_at",
            phone="h",
        ),
        Column(
            "due",
            "答复期限",
            value=lambda o: days.short_date(o.notice.ends_on) if o.notice.ends_on else "",
            css="n",
            phone="h",
        ),
    ),
    filters=ObjectionFilter,
    views=(View("open", "没办结", Q(state__in=Objection.OPEN)), View("all", "全部")),
    default_view="open",
    order=("-id",),
    empty=Empty("没有没办结的异议", "公示期间收到的异议在这里。"),
    export_name="",
)


class DecisionFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(label="情形", choices=Decision.State.choices, empty_label=filter_label("情形"))

    class Meta:
        model = Decision
        fields = ["state"]


DECISIONS = Listing(
    key="decisions",
    title="决定",
    noun="份",
    columns=(
        Column("number", "文号", css="num", phone="k", link=lambda d: d.get_absolute_url(), fixed=True),
        Column("title", "标题", phone="w", width=50),
        Column(
            "state",
            "情形",
            value=lambda d: _tag(d.get_state_display(), "good" if d.state == "signed" else "warn"),
            export=lambda d: d.get_state_display(),
            phone="s",
        ),
        Column("size", "件数", css="n", phone="h"),
        Column(
            "decided_on",
            "日期",
            value=lambda d: days.short_date(d.decided_on) if d.decided_on else "—",
            export=lambda d: d.decided_on,
            css="n",
            sort="decided_on",
            phone="h",
        ),
        Column("signed_by", "签发", value=lambda d: d.signed_by.name if d.signed_by else "—", phone="h"),
    ),
    search=("number", "title"),
    search_hint="文号、标题",
    filters=DecisionFilter,
    views=(View("draft", "待签发", Q(state="draft")), View("all", "全部")),
    default_view="all",
    order=("-id",),
    empty=Empty("还没有决定", "公示期满后，从名单页起草决定。"),
    export_name="决定",
    source=Decision.objects.visible_to,
)
