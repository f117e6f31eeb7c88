"""One's own declaration of relatives."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.accounts import actions
from portal.accounts.forms import KinForm, ReasonForm
from portal.accounts.models import Kin
from portal.kit.access import access
from portal.kit.dialogs import confirm, toast
from portal.kit.forms import first_time, form_page, give_back, refuse
from portal.kit.refusal import Refused


@access("account", "update", methods=("GET",))
def kin(request: HttpRequest) -> HttpResponse:
    """Whom one has declared; nobody else sees this list."""
    rows = Kin.objects.filter(user=request.user, ended_at__isnull=True).order_by("pk")
    return render(request, "accounts/kin.html", {"rows": rows})


@access("account", "update")
def kin_add(request: HttpRequest) -> HttpResponse:
    form = KinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not first_time(request):
            return redirect("accounts:kin")
        try:
            actions.declare_kin(request.actor, **form.cleaned_data)
        except Refused as refusal:
            give_back(request)
            refuse(form, refusal)
        else:
            toast(request, _("已申报，他的推荐和申请请别人办"))
            return redirect("accounts:kin")
    return form_page(
        request,
        form,
        title=_("申报一位亲属"),
        crumbs=[(_("亲属申报"), reverse("accounts:kin"))],
        submit=_("申报"),
        back=(_("先不申报"), reverse("accounts:kin")),
        lead=_("只用来拦住你办他的事，证件号加密存放，别人看不到这张表。"),
    )


@access("account", "update")
def kin_end(request: HttpRequest, kin_id: int) -> HttpResponse:
    row = get_object_or_404(Kin, pk=kin_id, user=request.user, ended_at__isnull=True)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_kin(request.actor, row.pk, form.cleaned_data["note"])
        except Refused as refusal:
            refuse(form, refusal)
        else:
            toast(request, _("已撤回"))
            return redirect("accounts:kin")
    return confirm(
        request,
        title=_("撤回对%(name)s的申报？") % {"name": row.name},
        lead=_("已经在办的事仍然要回避，从以后的事起不再拦。"),
        verb=_("撤回"),
        back=reverse("accounts:kin"),
        way_out=_("先不撤回"),
        form=form,
    )
