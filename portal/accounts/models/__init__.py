"""Models of accounts."""

from portal.accounts.models.duals import DualAct, Kin
from portal.accounts.models.invitations import Invitation
from portal.accounts.models.people import Post, User
from portal.accounts.models.separation import ALONE
from portal.accounts.models.tries import SpentCode, Try

__all__ = ["ALONE", "DualAct", "Invitation", "Kin", "Post", "SpentCode", "Try", "User"]
