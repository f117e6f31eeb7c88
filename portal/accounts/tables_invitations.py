"""The list of invitations."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts.models import Invitation
from portal.kit import days
from portal.kit.tables import Column, Empty, Listing, View

_SPENT = Q(used_at__isnull=False) | Q(withdrawn_at__isnull=False)


def _open(one: Invitation) -> bool:
    return one.used_at is None and one.withdrawn_at is None


INVITATIONS = Listing(
    key="invitations",
    title=gettext_lazy("邀请"),
    noun=gettext_lazy("份"),
    columns=(
        Column("name", gettext_lazy("请谁"), phone="k", sort="name", fixed=True),
        Column("role", gettext_lazy("岗位"), value="get_role_display"),
        Column("unit", gettext_lazy("单位"), value="organization.name", phone="w", sort="organization__pinyin"),
        Column("by", gettext_lazy("谁请的"), value="invited_by.name", phone="hide"),
        Column("until", gettext_lazy("有效到"), value=lambda one: f"{days.local(one.expires_at):%Y-%m-%d}", css="num"),
        Column("state", gettext_lazy("情形"), phone="s"),
        Column(
            "again",
            gettext_lazy("办理"),
            phone="w",
            export=False,
            fixed=True,
            value=lambda one: _("换链接、撤回…") if _open(one) else "",
            link=lambda one: reverse("accounts:invitation", args=[one.pk]) if _open(one) else "",
        ),
    ),
    search=("name", "organization__name"),
    search_hint=gettext_lazy("姓名、单位"),
    views=(
        View("open", gettext_lazy("没接受"), ~_SPENT),
        View("all", gettext_lazy("全部")),
    ),
    order=("-id",),
    empty=Empty(gettext_lazy("没有等接受的邀请"), gettext_lazy("请下级单位的主席、经办来开通账号。")),
)
