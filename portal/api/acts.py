"""Acts of the API in words."""

from django.utils.translation import gettext_lazy as _

ACTS: tuple[tuple[str, str], ...] = (
    ("token.create", _("生成令牌")),
    ("token.revoke", _("作废令牌")),
)
