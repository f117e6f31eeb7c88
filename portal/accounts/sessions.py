"""When a session ends: staff after 30 minutes without a click and after 12 hours in any case, others after 14 days."""

import time

from django.http import HttpRequest

from portal import policy
from portal.accounts import actions
from portal.accounts.models import Post

IDLE = 30 * 60
STAFF_AT_MOST = 12 * 3600
AT_MOST = 14 * 24 * 3600
#: The last click is written down this often: the idle end may come so much early, never late.
GRAIN = 15
#: A sensitive act wants the password or the second factor typed within so many seconds (P-AUTH7).
FRESH_SECONDS = 600
FRESH_KEY = "fresh_at"
BEGAN, SEEN, HELD = "began", "seen", "held"


def begin(request: HttpRequest, posts: list[Post]) -> None:
    """A session begins with a full log-in."""
    now = time.time()
    request.session[BEGAN] = request.session[SEEN] = now
    request.session[HELD] = sorted(post.pk for post in posts)


def has_ended(request: HttpRequest, posts: list[Post]) -> bool:
    """Whether this session is over; a live one of staff notes the click."""
    now, staff = time.time(), any(post.role in policy.STAFF_ROLES for post in posts)
    began, seen = request.session.get(BEGAN, 0), request.session.get(SEEN, 0)
    if now - began >= (STAFF_AT_MOST if staff else AT_MOST) or (staff and now - seen >= IDLE):
        return True
    if staff and now - seen >= GRAIN:
        request.session[SEEN] = now
    return False


def rise(request: HttpRequest, posts: list[Post]) -> None:
    """A post came to this account since the session began: rights rose, and the session gets a new id."""
    held = sorted(post.pk for post in posts)
    before = request.session.get(HELD, [])
    if held != before:
        request.session[HELD] = held
        if set(held) - set(before):
            actions.renew_session(request)


def is_fresh(request: HttpRequest) -> bool:
    """Whether this session has proved within ten minutes whose it is: what sensitive acts want."""
    return 0 <= time.time() - request.session.get(FRESH_KEY, 0) < FRESH_SECONDS
