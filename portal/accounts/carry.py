"""Posts go along with their union."""

from django.utils.translation import gettext_lazy as _

from portal.accounts.actions import carried
from portal.registry.carrying import Carrier

CARRIERS = (
    Carrier("posts", _("岗位"), _("个"), ("accounts.Post.organization",), carried.look, carried.carry, order=30),
)
