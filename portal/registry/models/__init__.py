"""Models of the registry."""

from portal.registry.models.changes import OrganizationChange
from portal.registry.models.duplicates import Duplicate, MemberMerge
from portal.registry.models.figures import HeadCount
from portal.registry.models.imports import ImportBatch, ImportRow
from portal.registry.models.members import Member, Membership
from portal.registry.models.organizations import Kind, Organization, Sector
from portal.registry.models.planned import PlannedChange

__all__ = [
    "Duplicate",
    "HeadCount",
    "ImportBatch",
    "ImportRow",
    "Kind",
    "Member",
    "MemberMerge",
    "Membership",
    "Organization",
    "OrganizationChange",
    "PlannedChange",
    "Sector",
]
