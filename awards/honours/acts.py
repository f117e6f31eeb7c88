"""Acts of the register of honours in words."""

from django.utils.translation import gettext_lazy as _

ACTS: tuple[tuple[str, str], ...] = (
    ("certificate.start", _("开始做证书")),
    ("certificate.made", _("证书做好")),
    ("certificate.print", _("印证书")),
    ("certificate.download", _("取一批证书")),
    ("honour.legacy", _("补录荣誉")),
    ("honour.revoke", _("撤销荣誉")),
)
