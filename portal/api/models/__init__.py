"""Models of the API."""

from portal.api.models.hooks import Hook, HookCall
from portal.api.models.keys import KeptAnswer, PaceCount, Token

__all__ = ["Hook", "HookCall", "KeptAnswer", "PaceCount", "Token"]
