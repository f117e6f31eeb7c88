"""Honours follow the person; they stay with the unit that won them, whose heir shows them as a forerunner's."""

from django.utils.translation import gettext_lazy as _

from portal.registry.merging import Merge

MERGES = (Merge("honours.Honour.member", _("荣誉")),)
STAYS = ("honours.Honour.organization",)
