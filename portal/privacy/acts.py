"""Acts on people's data in words."""

from django.utils.translation import gettext_lazy as _

ACTS: tuple[tuple[str, str], ...] = (
    ("keys.rotate", _("换密钥")),
    ("files.sweep", _("清没有主的文件")),
    ("retention.run", _("清到期的数据")),
    ("retention.set", _("定保存期限")),
    ("own.copy", _("要一份自己的数据")),
    ("own.wish", _("要求更正、删除自己的资料")),
    ("own.wish_done", _("照办本人要求")),
    ("own.wish_declined", _("没有照办本人要求")),
    ("consent.publish", _("发布同意书")),
    ("consent.give", _("同意")),
    ("consent.withdraw", _("撤回同意")),
    ("export.ask", _("申请导出名单")),
    ("export.approve", _("批名单导出")),
    ("export.refuse", _("不批名单导出")),
    ("export.fetch", _("取走名单")),
    ("export.expire", _("名单过期")),
    ("export.failed", _("名单没做成")),
)
