"""What every page needs: the menu, the posts to choose from, the number of unread messages."""

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest

from portal.kit import addresses
from portal.kit.counting import count_each
from portal.kit.gather import gather
from portal.kit.menu import menu_for


def portal(request: HttpRequest) -> dict:
    """Context of base.html. Costs nothing on signed-out pages and one query otherwise."""
    actor = getattr(request, "actor", None)
    public = [(label, addresses.page(name)) for label, name in gather("menu", "PUBLIC")]  # type: ignore[misc]
    everywhere = {"public_links": public, "help_phone": settings.HELP_PHONE}
    if actor is None or actor.role == "anonymous":
        return {"actor": actor, "menu": [], "posts": [], "unread": 0, **everywhere}
    counted: dict[str, QuerySet] = {}
    for counter in gather("menu", "COUNTERS"):
        counted.update(counter(actor))  # type: ignore[operator]
    counts = count_each(counted)
    return {
        "actor": actor,
        "menu": menu_for(actor.role, request.path, counts),
        "posts": request.posts,
        "unread": counts.get("unread", 0),
        # An app above offers the search by name; the ground has no arrow upward.
        "find_url": next((addresses.page(name) for name in gather("menu", "FIND")), "") if actor.post else "",
        "inbox_url": next((addresses.page(name) for name in gather("menu", "INBOX")), ""),
        "counts": counts,
        **everywhere,
    }
