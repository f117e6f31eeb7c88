"""Acts of accounts in words."""

from django.utils.translation import gettext_lazy as _

ACTS: tuple[tuple[str, str], ...] = (
    ("account.login", _("登录")),
    ("account.login_failed", _("没登上")),
    ("account.locked", _("试得太多，暂停")),
    ("account.released", _("解除暂停")),
    ("account.logout", _("退出登录")),
    ("account.act_as", _("换身份")),
    ("account.create", _("开通账号")),
    ("account.stop", _("停用账号")),
    ("account.restore", _("恢复账号")),
    ("account.password_changed", _("改密码")),
    ("account.reset_asked", _("要重设密码的信")),
    ("account.password_reset", _("重设密码")),
    ("account.password_renewed", _("替人重设密码")),
    ("account.email_added", _("加邮箱")),
    ("account.email_changed", _("改主邮箱")),
    ("account.email_removed", _("去掉邮箱")),
    ("account.second_factor_added", _("开两步验证")),
    ("account.second_factor_removed", _("停两步验证")),
    ("account.second_factor_failed", _("验证码不对")),
    ("account.recovery_codes", _("换备用码")),
    ("account.sessions_ended", _("让别处退出")),
    ("account.person", _("账号换到本人名下")),
    ("post.grant", _("授予岗位")),
    ("post.invite", _("请人来开通")),
    ("post.invite_again", _("换邀请链接")),
    ("post.invite_withdrawn", _("撤回邀请")),
    ("post.hand_over", _("移交岗位")),
    ("post.end", _("收回岗位")),
)
