"""Menu of accounts."""

from django.utils.translation import gettext_lazy as _

from portal.kit.menu import MenuItem

ITEMS = [
    MenuItem("系统", _("岗位"), "lock", "accounts:posts", "post", "read", order=71),
    MenuItem("本单位", _("邀请"), "user", "accounts:invitations", "invitation", "create", order=44),
    MenuItem("系统", _("账号"), "user", "accounts:users", "post", "grant", order=72),
]
