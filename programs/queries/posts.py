"""Who holds which post where."""

from collections.abc import Iterable

from portal.accounts.models import Post, User

UNIT_ROLES = ("chair", "clerk", "officer")


def holders(organization_id: int, roles: Iterable[str] = UNIT_ROLES) -> list[User]:
    """Users with a current post of one of these roles at the organisation, each once."""
    posts = Post.objects.current().filter(organization=organization_id, role__in=list(roles)).select_related("user")
    return list({post.user_id: post.user for post in posts}.values())
