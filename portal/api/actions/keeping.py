"""One request, one act: the answer is kept in the transaction of the act, under the key that the caller chose.

The unique row decides a race: the second of two equal requests waits for the first and gets its answer; when the first
has not ended in the time a lock may take, it is told to come again. A crash takes both the act and the row with it.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.db import OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from portal.api.models import KeptAnswer
from portal.kit.api import problem
from portal.kit.api.views import KEY

RETRY_SECONDS = 3
LONGEST_KEY = 100
#: Answers that say nothing about the act itself: the same request may well be good later.
NOT_KEPT = (401, 403, 429)


class _NotKept(Exception):
    """Rolls the act and the key back: an error of ours is no answer to keep."""

    def __init__(self, response: Any) -> None:
        self.response = response


def once(request: HttpRequest, view: Any, run: Callable[[], Any]) -> Any:
    """Run the act and keep its answer, or give the kept one. ``API_ONCE``."""
    key = request.headers[KEY].strip()
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        return problem.response(request, 400, _("Idempotency-Key 要 1 到 %(n)d 个字符") % {"n": LONGEST_KEY})
    asked = fingerprint(request)
    try:
        with transaction.atomic():
            row, fresh = KeptAnswer.objects.get_or_create(user=request.user, key=key, defaults={"request": asked})
            if not fresh:
                return view.refusal(request) or _again(request, row, asked)
            response = _rendered(request, view, run)
            if response.status_code >= 500 or response.status_code in NOT_KEPT:
                raise _NotKept(response)
            row.status, row.body = response.status_code, response.content.decode()
            row.media = response.headers.get("Content-Type", "")
            row.save(update_fields=["status", "body", "media"])
            return response
    except _NotKept as failed:
        return failed.response
    except OperationalError as busy:
        if getattr(busy.__cause__, "pgcode", "") != "55P03":  # lock_not_available
            raise
        answer = problem.response(request, 409, _("同一把钥匙的请求还在办，过几秒再问"))
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
        return answer


def _rendered(request: HttpRequest, view: Any, run: Callable[[], Any]) -> Any:
    response = run()
    return response.render() if hasattr(response, "render") else response


def _again(request: HttpRequest, row: KeptAnswer, asked: str) -> HttpResponse:
    if row.request != asked:
        return problem.response(request, 422, _("这把钥匙已经用在另一个请求上；换一把"))
    response = HttpResponse(row.body, status=row.status, content_type=row.media)
    response.headers["Idempotent-Replay"] = "true"
    return response


def fingerprint(request: HttpRequest) -> str:
    """Digest of what is asked, in whose name: a form's boundary and the order of a JSON's keys do not count."""
    actor = request.actor  # type: ignore[attr-defined]
    parts: list[Any] = [request.path, actor.post.pk if actor.post else None]
    if request.content_type == "multipart/form-data":
        files = [(name, _digest(file)) for name in sorted(request.FILES) for file in request.FILES.getlist(name)]
        parts += [sorted(request.POST.lists()), files]
    else:
        parts.append(_canonical(request.body))
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def _digest(file: Any) -> str:
    found = hashlib.sha256(file.read()).hexdigest()
    file.seek(0)
    return found


def _canonical(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return hashlib.sha256(body).hexdigest()
