"""Models of the engine."""

from programs.models.bulk import BulkMove, BulkRow
from programs.models.calls import Call, Category, Extension, Quota
from programs.models.decisions import Decision, DecisionLine
from programs.models.entries import Attachment, Entry, Hand, Revision
from programs.models.notices import Notice, NoticeLine, Objection
from programs.models.plans import Plan, PlanItem

__all__ = [
    "Attachment", "BulkMove", "BulkRow", "Call", "Category", "Decision", "DecisionLine", "Entry", "Extension", "Hand",
    "Notice", "NoticeLine", "Objection", "Plan", "PlanItem", "Quota", "Revision",
]  # fmt: skip
