"""The audit trail, messages, files, jobs and the working-day overrides."""

from portal.core.models.calendar import DayOverride
from portal.core.models.files import StoredFile
from portal.core.models.jobs import Job, PeriodicRun, Press
from portal.core.models.messages import Channel, ChannelState, Delivery, Message, Reachability
from portal.core.models.trail import APPEND_ONLY, UNCHANGED, Record, Seal, append_only, appended, unchanged

__all__ = [
    "APPEND_ONLY",
    "UNCHANGED",
    "Channel",
    "ChannelState",
    "DayOverride",
    "Delivery",
    "Job",
    "Message",
    "PeriodicRun",
    "Press",
    "Reachability",
    "Record",
    "Seal",
    "StoredFile",
    "append_only",
    "appended",
    "unchanged",
]  # fmt: skip
