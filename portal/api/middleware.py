"""In whose name a request to the API acts: its token's, or the session's in the post that ``X-Post`` names."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from portal.api.actions.tokens import mark_used
from portal.api.queries import actor_of, token_of
from portal.core.actor import Actor
from portal.kit.api import problem

POST_HEADER = "X-Post"


class Door:
    """Stands between ``ActingAs`` and the guard, and only looks at the API."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if problem.concerns(request):
            request.token = None
            refusal = self._token(request) or self._post(request)
            if refusal is not None:
                return refusal
        return self.get_response(request)

    @staticmethod
    def _token(request: HttpRequest) -> HttpResponse | None:
        """A token that is shown must be good: a bad one never falls back to the session."""
        header = request.headers.get("Authorization")
        if header is None:
            return None
        kind, _blank, secret = header.partition(" ")
        token = token_of(secret.strip()) if kind.lower() == "bearer" else None
        found = actor_of(token) if token is not None else None
        if token is None or found is None:
            return problem.response(request, 401, _("这把令牌不能用：不对、到期、作废，或者它的身份已经结束"))
        request.token, request.user = token, token.user
        request.actor, request.posts = found
        mark_used(token)
        return None

    @staticmethod
    def _post(request: HttpRequest) -> HttpResponse | None:
        """``X-Post: <id>`` chooses one of one's posts in force, 0 oneself in no post. A token has chosen."""
        wanted = request.headers.get(POST_HEADER)
        if wanted is None or not request.user.is_authenticated:
            return None
        if wanted == "0":
            post = None
        else:
            post = next((one for one in request.posts if str(one.pk) == wanted), None)
            if post is None:
                return problem.response(request, 403, _("X-Post 不是你现在的身份"))
        if request.token is not None and request.token.post_id != (post.pk if post else None):
            return problem.response(request, 403, _("这把令牌只以它自己的身份办事"))
        request.actor = Actor(request.user, post)
        return None
