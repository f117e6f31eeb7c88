"""Pages about the API: its document and reference, one's tokens."""

from portal.api.views.reference import document, reference

__all__ = ["document", "reference"]
