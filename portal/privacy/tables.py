"""Lists about people's data."""

from django.db.models import Q
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from portal.core.actor import Actor
from portal.kit import days
from portal.kit.tables import Column, Empty, Listing, View
from portal.privacy.models import DECIDERS, ExportRequest, Wish

_TAG = {"asked": "warn", "ready": "good", "refused": "bad", "failed": "bad", "approved": "new"}


def state_tag(request: ExportRequest) -> SafeString:
    return format_html('<span class="tag {}">{}</span>', _TAG.get(request.state, ""), request.get_state_display())


def _waiting(actor: Actor) -> Q:
    """What this post may decide now."""
    return Q(state="asked") & ~Q(requested_person=actor.person) if actor.role in DECIDERS else Q(pk=None)


def _who(request: ExportRequest) -> str:
    return f"{request.requested_by.name}，{request.organization.short}"


def _asked_at(request: ExportRequest) -> str:
    return days.short_datetime(request.requested_at)


EXPORTS = Listing(
    key="exports",
    title=gettext_lazy("名单导出"),
    noun=gettext_lazy("份"),
    columns=(
        Column("title", gettext_lazy("名单"), phone="k", link=lambda one: one.get_absolute_url(), fixed=True),
        Column("count", gettext_lazy("行数"), css="n num", phone="h", kind="int"),
        Column("purpose", gettext_lazy("用来做什么"), phone="w", width=40),
        Column("who", gettext_lazy("谁要"), value=_who),
        Column("at", gettext_lazy("几时"), value=_asked_at, css="num", phone="h", sort="requested_at"),
        Column("decided", gettext_lazy("谁批"), value="decided_by.name", phone="h"),
        Column("state", gettext_lazy("情形"), value=state_tag, phone="s"),
    ),
    views=(
        View("waiting", gettext_lazy("等我批"), _waiting),
        View("mine", gettext_lazy("我要的"), lambda actor: Q(requested_by=actor.user)),
        View("ended", gettext_lazy("没批、过期"), Q(state__in=("refused", "expired", "failed"))),
        View("all", gettext_lazy("全部")),
    ),
    default_view="all",
    search=("title", "purpose", "requested_by__name"),
    search_hint=gettext_lazy("名单、用途、谁要"),
    order=("-id",),
    empty=Empty(
        gettext_lazy("还没有要批的名单"),
        gettext_lazy("导出的列里有个人信息时，要另一个人批，申请就列在这里。不带这些列的直接导出。"),
    ),
)  # fmt: skip
_WISH_TAG = {"asked": "warn", "done": "good"}


def wish_tag(wish: Wish) -> SafeString:
    return format_html('<span class="tag {}">{}</span>', _WISH_TAG.get(wish.state, ""), wish.get_state_display())


def _wished_at(wish: Wish) -> str:
    return days.short_datetime(wish.asked_at)


WISHES = Listing(
    key="wishes",
    title=gettext_lazy("本人要求"),
    noun=gettext_lazy("件"),
    columns=(
        Column("member", gettext_lazy("谁"), value="member.name", phone="k", link=lambda one: one.get_absolute_url(),
               fixed=True),
        Column("unit", gettext_lazy("单位"), value="member.organization.name", phone="w"),
        Column("kind", gettext_lazy("要什么"), value="get_kind_display", phone="h"),
        Column("at", gettext_lazy("几时"), value=_wished_at, css="num", phone="h", sort="asked_at"),
        Column("by", gettext_lazy("谁办"), value="answered_by.name"),
        Column("state", gettext_lazy("情形"), value=wish_tag, phone="s"),
    ),
    views=(
        View("open", gettext_lazy("等办理"), Q(state="asked")),
        View("all", gettext_lazy("全部")),
    ),
    search=("member__name",),
    search_hint=gettext_lazy("谁"),
    order=("-id",),
    empty=Empty(gettext_lazy("没有等办的"), gettext_lazy("会员在“我的数据”里要求更正、删除，就列在这里。")),
)  # fmt: skip
LISTINGS = (EXPORTS, WISHES)
