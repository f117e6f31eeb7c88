"""Acts on people's data in words."""

from django.utils.translation import gettext_lazy as _

ACTS: tuple[tuple[str, str], ...] = (("keys.rotate", _("换密钥")),)
