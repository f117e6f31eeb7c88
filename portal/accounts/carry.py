"""Posts go along with their union."""

from django.utils.translation import gettext_lazy as _

from portal.accounts.actions import carried, merged
from portal.registry.carrying import Carrier
from portal.registry.merging import Merge

CARRIERS = (
    Carrier("posts", _("岗位"), _("个"), ("accounts.Post.organization",), carried.look, carried.carry, order=30),
)
#: An invitation that waits for a closed union does not open any more, nor is a post there confirmed by a second one.
STAYS = ("accounts.Invitation.organization", "accounts.DualAct.organization")
MERGES = (Merge("accounts.User.member", _("账号"), merged.move, merged.back),)
