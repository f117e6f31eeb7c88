"""The only writers of accounts."""

from portal.accounts.actions.accounts import (
    POST_KEY,
    act_as,
    ask_reset,
    create_user,
    end_all_sessions,
    end_post,
    grant_post,
    renew_password,
    renew_session,
    set_active,
)
from portal.accounts.actions.duals import answer, ask_factor_reset, ask_post, grant_in_emergency, withdraw
from portal.accounts.actions.kin import declare_kin, end_kin
from portal.accounts.actions.recovery import make_codes
from portal.accounts.actions.tries import release

__all__ = [
    "POST_KEY", "act_as", "answer", "ask_factor_reset", "ask_post", "ask_reset", "create_user", "declare_kin",
    "end_all_sessions", "end_kin", "end_post", "grant_in_emergency", "grant_post", "make_codes", "release",
    "renew_password", "renew_session", "set_active", "withdraw",
]  # fmt: skip
