"""Pages about the API: its document and reference, one's tokens."""

from portal.api.views.reference import document

__all__ = ["document"]
