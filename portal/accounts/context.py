"""What every page needs: the menu, the posts to choose from, the number of unread messages."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from portal.kit.gather import gather
from portal.kit.menu import menu_for


def portal(request: HttpRequest) -> dict:
    """Context of base.html. Costs nothing on signed-out pages and the count queries of the apps otherwise."""
    actor = getattr(request, "actor", None)
    public = [(label, reverse(name)) for label, name in gather("menu", "PUBLIC")]  # type: ignore[misc]
    everywhere = {"public_links": public, "help_phone": settings.HELP_PHONE}
    if actor is None or actor.role == "anonymous":
        return {"actor": actor, "menu": [], "posts": [], "unread": 0, **everywhere}
    counts: dict[str, int] = {}
    for counter in gather("menu", "COUNTERS"):
        counts.update(counter(actor))  # type: ignore[operator]
    return {
        "actor": actor,
        "menu": menu_for(actor.role, request.path, counts),
        "posts": request.posts,
        "unread": counts.get("unread", 0),
        # An app above offers the search by name; the ground has no arrow upward.
        "find_url": next((reverse(name) for name in gather("menu", "FIND")), "") if actor.post else "",
        "inbox_url": next((reverse(name) for name in gather("menu", "INBOX")), ""),
        "counts": counts,
        **everywhere,
    }
