"""Lists of the API's own matter."""

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from portal.api.models import Token
from portal.kit import days
from portal.kit.tables import Column, Empty, Listing


def _state(token: Token) -> str:
    if token.revoked_at:
        return format_html('<span class="tag">{}</span>', _("已作废"))
    css, word = ("tag good", _("在用")) if token.expires_at > days.now() else ("tag", _("已到期"))
    return format_html('<span class="{}">{}</span>', css, word)


def _end(token: Token) -> str:
    if token.revoked_at or token.expires_at <= days.now():
        return ""
    url = reverse("keys:token_revoke", args=[token.pk])
    return format_html('<a href="{}" data-dialog>{}</a>', url, _("作废…"))


TOKENS = Listing(
    key="tokens",
    title=_("接口令牌"),
    noun=_("把"),
    columns=(
        Column("name", _("用途"), phone="k", fixed=True),
        Column("post", _("身份"), value=lambda t: str(t.post) if t.post else _("只以本人"), phone="w"),
        Column("reach", _("能做什么"), value="get_reach_display", phone="h"),
        Column("hint", _("开头"), value=lambda t: format_html("<code>{}…</code>", t.hint), phone="hide"),
        Column("used", _("上次用"), value=lambda t: days.short_datetime(t.used_at) if t.used_at else _("没用过"),
               css="num", phone="h"),
        Column("expires", _("到期"), value=lambda t: f"{days.local(t.expires_at):%Y-%m-%d}", css="num", phone="h"),
        Column("state", _("情形"), value=_state, phone="s"),
        Column("end", "", value=_end, css="n", phone="w", fixed=True, export=False),
    ),
    order=("-id",),
    empty=Empty(_("还没有令牌"), _("学校的系统要自己报推荐、取进度，就给它生成一把。")),
)  # fmt: skip
