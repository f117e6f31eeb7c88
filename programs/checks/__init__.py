"""The engine's own rules. Each is one function used by the form, the review page, the API and the guarded move.

A check gets the entry and the name of the move ("" while somebody is just looking) and says what it found, with its
figures. A finding of level ``stop`` keeps the move from happening; the same finding is shown before anybody tries.
Sources: rule numbers of the domain report, section D1.
"""

from programs.checks.content import answer_problem, answers_complete, materials_complete
from programs.checks.outcome import no_open_objection, notice_is_over, objection_upheld
from programs.checks.persons import one_entry
from programs.checks.quotas import quota_kept
from programs.checks.ranks import ranked
from programs.checks.ratios import ratios_kept
from programs.checks.turnout import enough_take_part
from programs.checks.window import window_open
from programs.models import Entry
from programs.spec import CONTENT_MOVES, At, Finding

__all__ = ["CONTENT_MOVES", "ENGINE_CHECKS", "answer_problem", "desk_fits", "findings"]

ENGINE_CHECKS = (
    answers_complete, materials_complete, quota_kept, enough_take_part, ratios_kept, one_entry, window_open,
    notice_is_over, no_open_objection, objection_upheld, ranked,
)  # fmt: skip
LEVELS = ("stop", "short", "near", "good")


def findings(entry: Entry, move: str = "") -> list[Finding]:
    """All findings of the engine and the program for this move, what is wrong first."""
    found: list[Finding] = []
    program_checks = entry.call.program.checks if move in CONTENT_MOVES else ()
    for check in (*program_checks, *ENGINE_CHECKS):
        found.extend(check(entry, move))
    return sorted(found, key=lambda one: LEVELS.index(one.level))


def desk_fits(at: At, entry: Entry) -> bool:
    """Whether the entry lies where the move wants it."""
    if at is At.OWNER:
        return entry.desk_id == entry.call.owner_id
    if at is At.BELOW_OWNER:
        return entry.desk_id != entry.call.owner_id
    return True
