"""Models of accounts."""

from portal.accounts.models.invitations import Invitation
from portal.accounts.models.people import ALONE, Post, User
from portal.accounts.models.tries import SpentCode, Try

__all__ = ["ALONE", "Invitation", "Post", "SpentCode", "Try", "User"]
