"""Rules of honours that the engine does not know. Each is named as the rule should be (domain report A and D1)."""

from awards.honours.checks.people import RETIREMENT_PARAMS, enough_people, is_woman, retires_late_enough, women_share
from awards.honours.checks.procedure import members_satisfied, unit_notice_long_enough, votes_add_up
from awards.honours.checks.register import (
    LEAD_PARAMS,
    LEVELS,
    REGISTER_PARAMS,
    holds_the_one_below,
    ladder_clash,
    lead_is_honoured,
    no_repeat,
)
from awards.honours.checks.units import enough_members, no_recent_incident, term_in_force

__all__ = [
    "LEAD_PARAMS", "LEVELS", "REGISTER_PARAMS", "RETIREMENT_PARAMS", "enough_members", "enough_people",
    "holds_the_one_below", "is_woman", "ladder_clash", "lead_is_honoured", "members_satisfied", "no_recent_incident",
    "no_repeat", "retires_late_enough", "term_in_force", "unit_notice_long_enough", "votes_add_up", "women_share",
]  # fmt: skip
