"""Models of the API."""

from portal.api.models.keys import KeptAnswer, PaceCount, Token

__all__ = ["KeptAnswer", "PaceCount", "Token"]
