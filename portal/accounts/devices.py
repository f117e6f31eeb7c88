"""The computers on which an account has signed in before. Whoever guesses from elsewhere cannot lock them out."""

from django.core import signing
from django.http import HttpRequest, HttpResponse

from portal.accounts.models import User

COOKIE = "device"
AGE = 180 * 24 * 3600
SALT = "portal.accounts.devices"
#: Accounts that one computer remembers: the office's shared one has several.
AT_MOST = 8


def _marks(request: HttpRequest) -> list[list]:
    try:
        marks = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=AGE)
    except signing.BadSignature:
        return []
    return marks if isinstance(marks, list) else []


def _mark(user: User) -> list:
    """Bound to the account and to its password: a changed password forgets every computer."""
    return [user.pk, user.get_session_auth_hash()[:24]]


def is_known(request: HttpRequest, user: User | None) -> bool:
    """Whether this account has fully signed in on this computer since its last change of password."""
    return user is not None and _mark(user) in _marks(request)


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """After a full log-in, second factor included: mark this computer as known to the account."""
    others = [mark for mark in _marks(request) if mark[0] != user.pk]
    response.set_cookie(
        COOKIE,
        signing.dumps([_mark(user), *others][:AT_MOST], salt=SALT, compress=True),
        max_age=AGE,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
