"""Subscriptions of the acting organisation: the list, a new one, one with what was sent, stop and start, send again."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from portal.api.actions import hooks as actions
from portal.api.forms import HookForm
from portal.api.models import Hook, HookCall
from portal.api.tables import CALLS, HOOKS
from portal.kit.access import access
from portal.kit.dialogs import confirm, toast
from portal.kit.forms import first_time, form_page, give_back, refuse
from portal.kit.refusal import Refused
from portal.kit.tables import Act, listing_page


@access("hook", "read", methods=("GET",))
def hooks(request: HttpRequest) -> HttpResponse:
    rows = Hook.objects.visible_to(request.actor).select_related("created_by")
    acts = [Act(_("建一个订阅"), reverse("hooks:hook_new"), primary=True)]
    return listing_page(request, HOOKS, rows, acts=acts, lead=_("办到哪一步，自动告诉单位自己的系统。只带编号和状态。"))


@sensitive_variables("secret")
@access("hook", "update")
def hook_new(request: HttpRequest) -> HttpResponse:
    """The secret is drawn once, in the answer to this form."""
    form = HookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not first_time(request):
            return redirect("hooks:hooks")
        try:
            hook, secret = actions.create_hook(request.actor, form.cleaned_data["url"], form.cleaned_data["events"])
        except Refused as refusal:
            give_back(request)
            refuse(form, refusal)
        else:
            return render(request, "api/hook_secret.html", {"hook": hook, "secret": secret})
    return form_page(
        request, form, title=_("建一个订阅"), crumbs=[(_("事件推送"), reverse("hooks:hooks"))], submit=_("建好"),
        back=(_("先不建"), reverse("hooks:hooks")), lead=_("看得到的才推送，和你在网页上看到的一样。"),
    )  # fmt: skip


@access("hook", "read", methods=("GET",))
def hook(request: HttpRequest, hook_id: int) -> HttpResponse:
    """What was sent, newest first."""
    one = get_object_or_404(Hook.objects.visible_to(request.actor), pk=hook_id)
    turn = _("停掉…") if one.active else _("恢复")
    acts = [Act(turn, reverse("hooks:hook_turn", args=[one.pk]), dialog=True)]
    lead = one.url if one.active else _("停着：%(why)s") % {"why": one.stopped_because}
    crumbs = [(_("事件推送"), reverse("hooks:hooks"))]
    return listing_page(request, CALLS, one.calls.all(), acts=acts, lead=lead, crumbs=crumbs)


@access("hook", "update")
def hook_turn(request: HttpRequest, hook_id: int) -> HttpResponse:
    """Stop it, or start it again."""
    one = get_object_or_404(Hook.objects.visible_to(request.actor), pk=hook_id)
    if request.method == "POST":
        actions.set_hook(request.actor, one.pk, not one.active)
        toast(request, _("停掉了") if one.active else _("恢复了"))
        return redirect("hooks:hook", one.pk)
    lead = _("停着的时候发生的事不补送。") if one.active else _("从现在起接着送，另外补送最近一小时里没送过的。")
    return confirm(
        request, title=_("停掉这个订阅？") if one.active else _("恢复这个订阅？"), lead=lead, grave=one.active,
        verb=_("停掉") if one.active else _("恢复"), back=reverse("hooks:hook", args=[one.pk]),
    )  # fmt: skip


@access("hook", "update")
def hook_again(request: HttpRequest, hook_call_id: int) -> HttpResponse:
    """Send one call again."""
    call = get_object_or_404(HookCall.objects.visible_to(request.actor).select_related("hook"), pk=hook_call_id)
    back = reverse("hooks:hook", args=[call.hook_id])
    if request.method == "POST":
        try:
            actions.send_again(request.actor, call.pk)
        except Refused as refusal:
            toast(request, str(refusal))
        else:
            toast(request, _("排上了，几秒后再送"))
        return redirect(back)
    return confirm(
        request, title=_("再送一次？"), lead=_("编号不变，对方凭它认得出是同一件。"), verb=_("再送一次"), back=back
    )
