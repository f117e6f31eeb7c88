"""Menu of the registry."""

from django.utils.translation import gettext_lazy as _

from portal.kit.menu import MenuItem

KEEPERS = ("chair", "clerk", "officer", "leader", "auditor")
ITEMS = [
    MenuItem("本单位", _("组织"), "people", "registry:home", "organization", order=40),
    MenuItem("本单位", _("会员名册"), "user", "registry:members", "member", order=41, phone=True, roles=KEEPERS),
    MenuItem("", _("我的会籍"), "user", "registry:members", "member", order=41, roles=("teacher",)),
    MenuItem("本单位", _("疑似重复"), "people", "registry:duplicates", "member", "merge", order=42),
    MenuItem("本单位", _("导入"), "upl", "registry:imports", "member", "import", order=43),
]
