"""The only writers of accounts."""

from portal.accounts.actions.accounts import (
    POST_KEY,
    act_as,
    ask_reset,
    create_user,
    end_post,
    grant_post,
    renew_password,
    set_active,
)

__all__ = ["POST_KEY", "act_as", "ask_reset", "create_user", "end_post", "grant_post", "renew_password", "set_active"]
