"""My data: what there is about me, a copy of it, what I agreed to, what I ask."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from portal.kit import days
from portal.kit.access import access
from portal.kit.dialogs import confirm, toast
from portal.kit.forms import first_time, give_back, refuse
from portal.kit.refusal import Refused
from portal.privacy import queries
from portal.privacy.actions import consents, wishes
from portal.privacy.forms import WishForm
from portal.privacy.models import Wish

ASKS = {
    Wish.Kind.CORRECT: (_("请单位更正我的资料"), _("请单位更正"), _("先不提")),
    Wish.Kind.DELETE: (_("请单位删除我的资料"), _("请单位删除"), _("先不删")),
}


@access("own", "read", methods=("GET",))
def my_data(request: HttpRequest) -> HttpResponse:
    actor = request.actor
    context = {
        "held": list(queries.held(actor)),
        "stands": queries.stands(actor.member_id) if actor.member_id else [],
        "wishes": Wish.objects.filter(member=actor.member_id) if actor.member_id else [],
    }
    return render(request, "privacy/mine.html", context)


@access("own", "copy", methods=("POST",))
def my_copy(request: HttpRequest) -> HttpResponse:
    """The copy, made while one waits: it lies nowhere on the server."""
    content = wishes.copy(request.actor)
    response = HttpResponse(content, content_type="application/zip")
    name = _("我的数据-%(day)s.zip") % {"day": f"{days.today():%Y%m%d}"}
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "private, no-store"
    return response


@access("own", "update", methods=("POST",))
def my_consent(request: HttpRequest, purpose: str) -> HttpResponse:
    """Agree or withdraw; with ``given`` 1 or 0, and the version that was shown."""
    if purpose not in queries.purposes():
        raise Http404
    given, version = request.POST.get("given") == "1", request.POST.get("version", "")
    if not version.isdecimal() or len(version) > 6:
        raise Refused(_("不知道您看的是哪一版，请从“我的数据”里点"))
    if first_time(request):
        consents.say(request.actor, purpose, given, int(version))
        toast(request, _("同意了，随时可以撤回") if given else _("撤回了，从现在起不再用"))
    return redirect("privacy:my_data")


@access("own", "update")
def my_wish(request: HttpRequest, kind: str) -> HttpResponse:
    """Ask for a correction or a deletion."""
    if kind not in Wish.Kind.values:
        raise Http404
    form = WishForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            if first_time(request):
                wishes.wish(request.actor, kind, form.cleaned_data["text"])
                toast(request, _("提好了，单位办了会告诉您"))
            return redirect("privacy:my_data")
        except Refused as refusal:
            give_back(request)
            refuse(form, refusal)
    title, verb, way_out = ASKS[Wish.Kind(kind)]
    lead = (
        _("由单位的工会更正，办了会发消息给您。")
        if kind == Wish.Kind.CORRECT
        else _("退休、离会以后才能删；荣誉、证书和操作记录依法保留。")
    )
    return confirm(
        request, title=title, verb=verb, way_out=way_out, back=reverse("privacy:my_data"), form=form, lead=lead,
        grave=kind == Wish.Kind.DELETE,
    )  # fmt: skip
