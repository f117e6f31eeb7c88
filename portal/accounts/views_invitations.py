"""Inviting, and accepting: the one page of accounts that opens without an account."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from portal.accounts.actions import invitations as actions
from portal.accounts.forms_invitations import AcceptForm, InviteForm
from portal.accounts.models import Invitation
from portal.accounts.tables_invitations import INVITATIONS
from portal.kit.access import access
from portal.kit.dialogs import dialog, toast
from portal.kit.forms import first_time, form_page, give_back, refuse
from portal.kit.refusal import Refused
from portal.kit.tables import Act, listing_page


@access("invitation", "create", methods=("GET",))
def invitations(request: HttpRequest) -> HttpResponse:
    rows = Invitation.objects.visible_to(request.actor).select_related("organization", "invited_by")
    acts = [Act(_("请人来开通"), reverse("accounts:invite"), primary=True)]
    return listing_page(request, INVITATIONS, rows, acts=acts, lead=_("链接只能用一次，14 天内有效。"))


@sensitive_variables("token")
@access("invitation", "create")
def invite(request: HttpRequest) -> HttpResponse:
    unit = request.GET.get("unit", "")
    start = {"unit": int(unit)} if unit.isdecimal() else {}
    form = InviteForm(request.POST if request.method == "POST" else None, actor=request.actor, initial=start)
    if form.is_valid():
        if not first_time(request):
            return redirect("accounts:invitations")
        data = form.cleaned_data
        try:
            made, token = actions.invite(
                request.actor, data["unit"], data["role"], data["name"], data["email"], data["phone"]
            )
        except Refused as refusal:
            give_back(request)
            field = "unit" if refusal.field == "organization" else refusal.field
            refuse(form, Refused(str(refusal), field))
        else:
            if made.email:
                toast(request, _("邀请发到 %(email)s") % {"email": made.email})
                return redirect("accounts:invitations")
            return _link(request, made, token)
    back = reverse("accounts:invitations")
    return form_page(
        request, form, title=_("请人来开通账号"), submit=_("发邀请"), back=(_("先不请"), back),
        crumbs=[(_("邀请"), back)], lead=_("只能请下级单位的主席、经办；对方设好密码就有这个岗位。"),
    )  # fmt: skip


def _link(request: HttpRequest, made: Invitation, token: str) -> HttpResponse:
    """The link, shown once, to be handed to the person."""
    link = settings.SITE_URL + reverse("accounts:accept", args=[token])
    return render(request, "accounts/invitation_link.html", {"invitation": made, "link": link})


@sensitive_variables("token")
@access("invitation", "create")
def invitation(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """A fresh link, or none any more."""
    rows = Invitation.objects.visible_to(request.actor).select_related("organization")
    made = get_object_or_404(rows, pk=invitation_id)
    if request.method == "POST":
        try:
            if request.POST.get("way") == "withdraw":
                actions.withdraw(request.actor, made.pk)
                toast(request, _("撤回了，链接打不开了"))
                return redirect("accounts:invitations")
            made, token = actions.fresh_link(request.actor, made.pk)
            return _link(request, made, token)
        except Refused as refusal:
            toast(request, str(refusal))
            return redirect("accounts:invitations")
    words = {"unit": made.organization.name, "role": made.get_role_display(), "state": made.state}
    context = {
        "title": _("%(name)s的邀请") % {"name": made.name},
        "lead": _("%(unit)s，%(role)s，%(state)s") % words,
        "text": _("换了以后旧链接打不开，新链接 14 天有效。"),
        "back": reverse("accounts:invitations"),
    }
    return dialog(request, "accounts/invitation.html", context)


@sensitive_post_parameters()
@access("invitation", "accept")
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Set a user name and a password; the post comes with them."""
    found = actions.opened(token)
    if found is None:
        return render(request, "accounts/accept.html", {"invitation": None}, status=404)
    form = AcceptForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.accept(token, form.cleaned_data["username"], form.cleaned_data["password1"])
        except Refused as refusal:
            refuse(form, refusal)
        else:
            toast(request, _("账号开好了，用刚设的密码登录"))
            return redirect("account_login")
    context = {"invitation": found, "form": form}
    return render(request, "accounts/accept.html", context, status=422 if form.errors else 200)
