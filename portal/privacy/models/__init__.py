"""Models of people's data."""

from portal.privacy.models.consents import Consent, ConsentText
from portal.privacy.models.exports import DECIDERS, ExportRequest
from portal.privacy.models.retention import RetentionSetting
from portal.privacy.models.wishes import Wish

__all__ = ["DECIDERS", "Consent", "ConsentText", "ExportRequest", "RetentionSetting", "Wish"]
