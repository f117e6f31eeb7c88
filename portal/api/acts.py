"""Acts of the API in words."""

from django.utils.translation import gettext_lazy as _

ACTS: tuple[tuple[str, str], ...] = (
    ("token.create", _("生成令牌")),
    ("token.revoke", _("作废令牌")),
    ("hook.create", _("建事件订阅")),
    ("hook.start", _("恢复事件订阅")),
    ("hook.stop", _("停事件订阅")),
    ("hook.stopped", _("事件订阅自己停了")),
    ("hook.again", _("再推送一次")),
)
