"""Sensitive acts want the password or the second factor once more when the last time is more than ten minutes ago.

The question comes where the act was asked for, and carries what was typed along: the same POST comes back with the
answer in it, so nothing is parked on the server and nothing is typed twice (P-AUTH7). The API cannot ask: it says where
a person may answer, and a token, which is nobody's presence, never does these acts.
"""

import time

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import policy
from portal.accounts import actions
from portal.accounts.forms import CodeAgainForm, PasswordAgainForm
from portal.accounts.sessions import FRESH_KEY, is_fresh
from portal.kit.api import problem
from portal.kit.dialogs import dialog

PREFIX = "_again"
SAFE = ("GET", "HEAD", "OPTIONS")


def is_needed(request: HttpRequest, mark: tuple[str, str] | None, name: str) -> bool:
    """Whether this request is a sensitive act: by the policy's set, an export of such a list, or a vendor's page."""
    if mark is None:
        return request.method not in SAFE and name in policy.VENDOR_FRESH
    if request.method not in SAFE:
        return mark in policy.FRESH or _answers(request)
    return bool(request.GET.get("export")) and (mark[0], "export") in policy.FRESH


def _answers(request: HttpRequest) -> bool:
    return any(key.startswith(f"{PREFIX}-") for key in request.POST)


def gate(request: HttpRequest, mark: tuple[str, str] | None, name: str) -> HttpResponse | None:
    """None to go on, else the question. A right answer renews the session's id and lets the same request pass."""
    if problem.concerns(request):
        return _told(request) if mark in policy.FRESH else None
    if not is_needed(request, mark, name) or (is_fresh(request) and not _answers(request)):
        return None
    form = _form(request)
    try:
        if not (form.is_bound and form.is_valid()):
            return ask(request, form)
    except ImmediateHttpResponse as limited:
        return limited.response
    form.note()
    request.session[FRESH_KEY] = time.time()
    actions.renew_session(request)
    if request.GET.get("export"):
        return HttpResponseRedirect(request.get_full_path())
    return None


def _told(request: HttpRequest) -> HttpResponse | None:
    """The API's answer to a sensitive act; a cookie that came along with a token proves nothing."""
    if request.token is not None:
        told = _("这件事要本人当场确认，令牌办不了；请在网页上办。什么都没有改动")
        return problem.response(request, 403, told, code="person_required")
    if is_fresh(request):
        return None
    told = _("这件事要再确认一次是你：打开 where 写的页面确认，十分钟内再发一遍。什么都没有改动")
    where = request.build_absolute_uri(reverse("accounts:again"))
    return problem.response(request, 403, told, code="step_up_required", where=where)


def _form(request: HttpRequest) -> CodeAgainForm | PasswordAgainForm:
    data = request.POST if _answers(request) else None
    kind = CodeAgainForm if is_mfa_enabled(request.user) else PasswordAgainForm
    return kind(user=request.user, data=data, prefix=PREFIX)


def ask(request: HttpRequest, form: CodeAgainForm | PasswordAgainForm | None = None, back: str = "") -> HttpResponse:
    """The question, with what was typed so far carried along. ``back`` is the way out, else the page itself."""
    form = form or _form(request)
    typed = [
        (key, value)
        for key, values in request.POST.lists()
        for value in values
        if key != "csrfmiddlewaretoken" and not key.startswith(f"{PREFIX}-")
    ]
    code = isinstance(form, CodeAgainForm)
    context = {
        "title": _("再确认一次是你"),
        "lead": _("输入验证器上的 6 位数字，接着办。") if code else _("再输一遍密码，接着办。"),
        "form": form,
        "field": form["code"] if code else form["password"],
        "label": _("验证码") if code else _("密码"),
        "typed": typed,
        "files": [file.name for file in request.FILES.values()],
        "exports": bool(request.GET.get("export")),
        "back": back or request.path,
    }
    response = dialog(request, "accounts/again.html", context, 422 if form.is_bound else 200)
    response.headers["X-Step-Up"] = "required"
    return response
