"""What of a person's consents and requests goes along when two registrations are made one."""

from django.utils.translation import gettext_lazy as _

from portal.privacy.actions import merged
from portal.registry.merging import Merge

#: Who asked for a list asked for the union that it was.
STAYS = ("privacy.ExportRequest.organization",)
MERGES = (
    Merge("privacy.Consent.member", _("同意书"), merged.move_consents, merged.back_consents),
    Merge("privacy.Wish.member", _("本人要求"), merged.move_wishes, merged.back_wishes, merged.blocks_wishes),
)
