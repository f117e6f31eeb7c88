"""In whose name a request acts, and the guard at the door of every view."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from portal import policy
from portal.accounts import sessions, stepup
from portal.accounts.actions import POST_KEY
from portal.accounts.queries import posts_of
from portal.core import errors
from portal.core.actor import Actor
from portal.kit.access import mark_of
from portal.kit.api import problem
from portal.kit.refusal import Refused

SAFE = ("GET", "HEAD", "OPTIONS")
#: Resources that need no second factor: without them nobody could set one up, or see what is public anyway.
WITHOUT_SECOND_FACTOR = ("public", "health", "account")


class ActingAs:
    """Sets ``request.actor`` and ``request.posts``: the post chosen in the session, else the first one in force.

    The session keeps 0 for "as myself, in no post". A chosen post that has ended is never silently replaced while
    something is being sent.
    """

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.posts = []
        request.actor = Actor()
        if request.user.is_authenticated:
            request.posts = posts_of(request.user)
            if sessions.has_ended(request, request.posts):
                logout(request)
                request.posts = []
                return self.get_response(request)
            sessions.rise(request, request.posts)
            chosen = request.session.get(POST_KEY)
            post = next((p for p in request.posts if p.pk == chosen), None)
            gone = bool(chosen) and post is None
            if post is None and chosen != 0:
                post = request.posts[0] if request.posts else None
            request.actor = Actor(request.user, post)
            if gone:
                del request.session[POST_KEY]
                if request.method not in SAFE:
                    return errors.refused(request, Refused(_("你刚才用的身份已经到期，请看过现在的身份再办")))
        return self.get_response(request)


def may_enter(role: str, view, view_name: str, method: str = "") -> bool:
    """Whether the role may ever open the view. A view without a mark, and not on the vendor list, is open to nobody."""
    mark = mark_of(view, method)
    if mark is not None:
        return policy.scope(role, *mark) is not None
    if view_name in policy.VENDOR_PUBLIC:
        return True
    return view_name in policy.VENDOR_SIGNED_IN and role != "anonymous"


def opens_after_login(view, view_name: str, method: str = "") -> bool:
    """Whether some signed-in role may open the view."""
    return any(may_enter(role, view, view_name, method) for role in policy.ROLES if role != "anonymous")


def allowed_methods(view) -> tuple[str, ...] | None:
    """The methods the view answers, None for a vendor's view that minds its own. HEAD comes with GET only."""
    methods = getattr(view, "methods", None)
    if methods is None:
        return None
    return (*methods, "HEAD") if "GET" in methods else tuple(methods)


def second_factor_missing(request: HttpRequest) -> bool:
    """Staff act only with a second factor set up. ``STAFF_SECOND_FACTOR=optional`` is for trying out only."""
    if settings.STAFF_SECOND_FACTOR == "optional":
        return False
    staff = [post for post in request.posts if post.role in policy.STAFF_ROLES]
    return bool(staff) and not staff[0].second_factor


def to_login(request: HttpRequest) -> HttpResponse:
    """To the login page and back: to the page asked for, or to the page whose form was sent. The API says 401."""
    if problem.concerns(request):
        return problem.response(request, 401)
    if request.method in SAFE:
        return redirect_to_login(request.get_full_path())
    came = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(came, allowed_hosts={request.get_host()})
    return redirect_to_login(urlsplit(came).path or "/" if ours else "/")


class Guard:
    """Asks ``portal.policy`` before any view runs. What is not granted does not exist: 404."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        name = request.resolver_match.view_name
        role = request.actor.role
        if not may_enter(role, view, name, request.method):
            if role == "anonymous" and opens_after_login(view, name, request.method):
                return to_login(request)
            raise Http404
        mark = mark_of(view, request.method)
        if role != "anonymous" and (question := stepup.gate(request, mark, name)):
            return question
        methods = allowed_methods(view)
        if methods is not None and request.method not in methods:
            return errors.method_not_allowed(request, methods)
        if mark is not None and mark[0] not in WITHOUT_SECOND_FACTOR and second_factor_missing(request):
            if problem.concerns(request):
                return problem.response(request, 403, _("先在账号页开两步验证，再用接口"))
            return redirect("mfa_activate_totp")
        return None
