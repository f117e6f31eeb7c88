"""Lists of the API's own matter."""

from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from portal.api.models import Hook, HookCall, Token
from portal.core import acts
from portal.kit import days
from portal.kit.tables import Column, Empty, Listing, View


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


def _hook_state(hook: Hook) -> str:
    if not hook.active:
        return format_html('<span class="tag">{}</span>', _("停着"))
    css, word = ("tag warn", _("%(n)d 次没送到") % {"n": hook.failures}) if hook.failures else ("tag good", _("在送"))
    return format_html('<span class="{}">{}</span>', css, word)


HOOKS = Listing(
    key="hooks",
    title=_("事件推送"),
    noun=_("个"),
    columns=(
        Column("url", _("发到哪里"), phone="k", fixed=True, link=lambda hook: reverse("hooks:hook", args=[hook.pk])),
        Column("by", _("谁建的"), value="created_by.name", phone="h"),
        Column("at", _("几时"), value=lambda hook: days.short_datetime(hook.created_at), css="num", phone="h"),
        Column("state", _("情形"), value=_hook_state, phone="s"),
    ),
    order=("-id",),
    empty=Empty(_("还没有订阅"), _("推荐退回、通过，公示发出，都可以马上告诉单位自己的系统。")),
)
_CALL = {"sent": "tag good", "failed": "tag bad", "queued": "tag"}


def _answer(call: HookCall) -> str:
    return str(call.status) if call.status else call.problem


def _again(call: HookCall) -> str:
    if call.state == HookCall.State.QUEUED:
        return ""
    url = reverse("hooks:hook_again", args=[call.pk])
    return format_html('<a href="{}" data-dialog>{}</a>', url, _("再送…"))


CALLS = Listing(
    key="hook_calls",
    title=_("推送"),
    noun=_("次"),
    columns=(
        Column("id", _("编号"), css="num sub", phone="desk", fixed=True),
        Column("event", _("什么事"), value=lambda call: acts.words().get(call.event, call.event), phone="k"),
        Column("at", _("几时"), value=lambda call: days.short_datetime(call.created_at), css="num", phone="w"),
        Column("tries", _("试了几次"), css="n num", phone="h"),
        Column("answer", _("对方答"), value=_answer, phone="h"),
        Column("state", _("情形"), phone="s",
               value=lambda call: format_html('<span class="{}">{}</span>', _CALL[call.state],
                                              call.get_state_display())),
        Column("again", "", value=_again, css="n", phone="w", fixed=True, export=False),
    ),
    views=(
        View("all", _("全部")),
        View("failed", _("没送到"), Q(state="failed")),
        View("queued", _("等着送"), Q(state="queued")),
    ),
    order=("-id",),
    empty=Empty(_("还没有推送过"), _("订阅的事一发生，几秒内就送。")),
)  # fmt: skip
