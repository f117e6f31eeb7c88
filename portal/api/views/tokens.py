"""One's tokens: which there are, a new one, the end of one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from portal import policy
from portal.api.actions import tokens as actions
from portal.api.forms import TokenForm
from portal.api.models import Token
from portal.api.tables import TOKENS
from portal.kit.access import access
from portal.kit.dialogs import confirm, toast
from portal.kit.forms import first_time, form_page, give_back, refuse
from portal.kit.refusal import Refused
from portal.kit.tables import Act, listing_page


@access("token", "read", methods=("GET",))
def tokens(request: HttpRequest) -> HttpResponse:
    rows = Token.objects.visible_to(request.actor).select_related("post__organization")
    may_subscribe = policy.scope(request.actor.role, "hook", "read") is not None
    acts = [
        *([Act(_("事件推送"), reverse("hooks:hooks"))] if may_subscribe else []),
        Act(_("接口说明"), reverse("api:reference")),
        Act(_("生成令牌"), reverse("keys:token_new"), primary=True),
    ]
    return listing_page(request, TOKENS, rows, acts=acts, lead=_("给程序用的钥匙。谁拿着它，就能以你的身份办事。"))


@sensitive_variables("secret")
@access("token", "create")
def token_new(request: HttpRequest) -> HttpResponse:
    """The secret is drawn once, in the answer to this form, and nowhere kept."""
    form = TokenForm(request.POST or None, posts=request.posts)
    if request.method == "POST" and form.is_valid():
        if not first_time(request):
            return redirect("keys:tokens")
        try:
            token, secret = actions.create_token(request.actor, **form.cleaned_data)
        except Refused as refusal:
            give_back(request)
            refuse(form, refusal)
        else:
            return render(request, "api/token.html", {"token": token, "secret": secret})
    return form_page(
        request, form, title=_("生成令牌"), crumbs=[(_("接口令牌"), reverse("keys:tokens"))], submit=_("生成"),
        back=(_("先不生成"), reverse("keys:tokens")), lead=_("生成以后显示一次，抄到要用它的系统里。"),
    )  # fmt: skip


@access("token", "revoke")
def token_revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    token = get_object_or_404(Token.objects.visible_to(request.actor), pk=token_id)
    if request.method == "POST":
        actions.revoke_token(request.actor, token.pk)
        toast(request, _("已作废：%(name)s") % {"name": token.name})
        return redirect("keys:tokens")
    return confirm(
        request, title=_("作废“%(name)s”？") % {"name": token.name}, verb=_("作废"), grave=True,
        lead=_("马上生效，用它的系统下一次就连不上了。"), way_out=_("先留着"), back=reverse("keys:tokens"),
    )  # fmt: skip
