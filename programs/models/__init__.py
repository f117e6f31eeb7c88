"""Models of the engine."""

from programs.models.amendments import Amendment, CallVersion
from programs.models.bulk import BulkMove, BulkRow
from programs.models.bulletins import Bulletin
from programs.models.calls import Call, Category, Extension
from programs.models.decisions import Decision, DecisionLine
from programs.models.drafts import Edit, Look
from programs.models.entries import Attachment, Entry, Hand, Revision
from programs.models.notices import Notice, NoticeLine, Objection
from programs.models.passings import Passing, PassingLine
from programs.models.plans import Plan, PlanItem
from programs.models.quotas import Cap, Pot, Quota

__all__ = [
    "Amendment",
    "Attachment",
    "BulkMove",
    "BulkRow",
    "Bulletin",
    "Call",
    "CallVersion",
    "Cap",
    "Category",
    "Decision",
    "DecisionLine",
    "Edit",
    "Entry",
    "Extension",
    "Hand",
    "Look",
    "Notice",
    "NoticeLine",
    "Objection",
    "Passing",
    "PassingLine",
    "Plan",
    "PlanItem",
    "Pot",
    "Quota",
    "Revision",
]
