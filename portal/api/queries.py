"""Reading tokens."""

import hashlib

from portal.accounts.queries import posts_of
from portal.api.models import Token
from portal.core.actor import Actor

PREFIX = "gh_"


def digest(secret: str) -> str:
    """A token is long and random: a plain digest is enough, and one indexed look finds it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def token_of(secret: str) -> Token | None:
    """The token in force with this secret; None for whatever ended: itself, its account, its post."""
    if not secret.startswith(PREFIX) or len(secret) > 100:
        return None
    return Token.objects.in_force().filter(digest=digest(secret)).select_related("user", "post").first()


def actor_of(token: Token) -> tuple[Actor, list] | None:
    """(in whose name the token acts, all posts of that user), None when its post has ended."""
    posts = posts_of(token.user)
    if token.post_id is None:
        return Actor(token.user), posts
    post = next((one for one in posts if one.pk == token.post_id), None)
    return (Actor(token.user, post), posts) if post else None
