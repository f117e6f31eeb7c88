"""What of the registry goes along with a union, and what stays."""

from django.utils.translation import gettext_lazy as _

from portal.registry.actions import carried
from portal.registry.carrying import Carrier

CARRIERS = (
    Carrier(
        "members", _("会员"), _("人"), ("registry.Member.organization",), carried.look_members, carried.carry_members,
        order=10,
    ),
    Carrier(
        "children", _("下级工会"), _("家"), ("registry.Organization.parent",), carried.look_children,
        carried.carry_children, order=20,
    ),
)  # fmt: skip
#: History: where somebody belonged then, what was uploaded then, what became of a union.
STAYS = (
    "registry.Membership.organization",
    "registry.ImportBatch.organization",
    "registry.OrganizationChange.organization",
    "registry.OrganizationChange.old_parent",
    "registry.OrganizationChange.other",
)
