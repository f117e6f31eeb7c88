"""What of the registry goes along with a union, and what stays."""

from django.utils.translation import gettext_lazy as _

from portal.registry.actions import carried, merged
from portal.registry.carrying import Carrier
from portal.registry.merging import Merge

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
MERGES = (Merge("registry.Membership.member", _("会籍"), merged.move_stays, merged.back_stays),)
#: History: where somebody belonged then, what was uploaded then, what became of a union.
STAYS = (
    "registry.Membership.organization",
    "registry.HeadCount.organization",
    "registry.ImportBatch.organization",
    "registry.OrganizationChange.organization",
    "registry.OrganizationChange.old_parent",
    "registry.OrganizationChange.other",
    # what was planned of a union that has gone meanwhile is refused on its day
    "registry.PlannedChange.organization",
    "registry.PlannedChange.other",
    # who was alike and who became whom is told of the rows as they were
    "registry.Member.merged_into",
    "registry.Duplicate.first",
    "registry.Duplicate.second",
    "registry.MemberMerge.survivor",
    "registry.MemberMerge.absorbed",
)
