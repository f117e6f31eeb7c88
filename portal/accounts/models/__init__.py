"""Models of accounts."""

from portal.accounts.models.duals import DualAct, Kin
from portal.accounts.models.invitations import Invitation
from portal.accounts.models.people import CONTACT_SETTLES, Post, User
from portal.accounts.models.separation import ALONE
from portal.accounts.models.tries import FormerContact, RecoveryCode, SpentCode, Try

__all__ = [
    "ALONE",
    "CONTACT_SETTLES",
    "DualAct",
    "FormerContact",
    "Invitation",
    "Kin",
    "Post",
    "RecoveryCode",
    "SpentCode",
    "Try",
    "User",
]
