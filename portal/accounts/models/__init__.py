"""Models of accounts."""

from portal.accounts.models.people import ALONE, Post, User
from portal.accounts.models.tries import SpentCode, Try

__all__ = ["ALONE", "Post", "SpentCode", "Try", "User"]
