"""What waits for the second security officer."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import policy
from portal.accounts import actions, queries
from portal.accounts.forms import AnswerForm, ReasonForm
from portal.accounts.models import DualAct
from portal.accounts.tables import DUALS
from portal.kit import days
from portal.kit.access import access
from portal.kit.dialogs import confirm, toast
from portal.kit.forms import refuse
from portal.kit.refusal import Refused
from portal.kit.tables import listing_page


def _rows(request: HttpRequest):
    rows = DualAct.objects.visible_to(request.actor)
    return rows.select_related("user", "organization", "asked_by", "answered_by")


@access("dual", "read", methods=("GET",))
def duals(request: HttpRequest) -> HttpResponse:
    """What one officer asked for, and what became of it."""
    return listing_page(
        request, DUALS, _rows(request), lead=_("工作人员的岗位、两步验证的重设，一位提出，另一位确认。")
    )


@access("dual", "read", methods=("GET",))
def dual(request: HttpRequest, act_id: int) -> HttpResponse:
    act = get_object_or_404(_rows(request), pk=act_id)
    facts = [(_("给谁"), f"{act.user.name}（{act.user.username}）"), (_("事项"), act.get_kind_display())]
    if act.kind == DualAct.Kind.GRANT:
        facts += [
            (_("岗位"), f"{act.organization.name} · {act.get_role_display()}"),
            (_("起止"), f"{act.since:%Y-%m-%d} — {act.until:%Y-%m-%d}" if act.until else f"{act.since:%Y-%m-%d} —"),
        ]
    facts += [
        (_("依据"), act.note),
        (_("提出"), f"{act.asked_by.name}，{days.local(act.asked_at):%Y-%m-%d %H:%M}"),
    ]
    if act.answered_by:
        facts.append((_("办结"), f"{act.answered_by.name}，{days.local(act.answered_at):%Y-%m-%d %H:%M}"))
    if act.answer:
        facts.append((_("意见"), act.answer))
    waits = act.state == DualAct.State.WAITING
    may = waits and policy.scope(request.actor.role, "dual", "answer") is not None
    mine, own = act.asked_by.person == request.user.person, act.user.person == request.user.person
    context = {"act": act, "facts": facts, "may_answer": may and not mine and not own, "may_withdraw": waits and mine}
    return render(request, "accounts/dual.html", context)


@access("dual", "answer")
def dual_answer(request: HttpRequest, act_id: int) -> HttpResponse:
    """Agree, and it is done at once; or not, with the reason."""
    act = get_object_or_404(_rows(request), pk=act_id)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = actions.answer(request.actor, act.pk, form.cleaned_data["agreed"], form.cleaned_data["note"])
        except Refused as refusal:
            refuse(form, refusal)
        else:
            toast(request, _("%(act)s：%(state)s") % {"act": act, "state": done.get_state_display()})
            return redirect("accounts:duals")
    return confirm(
        request,
        title=_("%(name)s：%(act)s") % {"name": act.user.name, "act": act},
        lead=_("%(who)s提出，依据：%(note)s") % {"who": act.asked_by.name, "note": act.note},
        verb=_("办结"),
        back=reverse("accounts:dual", args=[act.pk]),
        way_out=_("先不办"),
        form=form,
    )


@access("dual", "answer")
def dual_withdraw(request: HttpRequest, act_id: int) -> HttpResponse:
    act = get_object_or_404(_rows(request), pk=act_id)
    if request.method == "POST":
        actions.withdraw(request.actor, act.pk)
        toast(request, _("已收回"))
        return redirect("accounts:duals")
    return confirm(
        request,
        title=_("收回这一件？"),
        text=_("%(name)s：%(act)s") % {"name": act.user.name, "act": act},
        verb=_("收回"),
        back=reverse("accounts:dual", args=[act.pk]),
        way_out=_("先不收回"),
    )


# ── on an account ──
@access("post", "grant")
def factor_reset(request: HttpRequest, user_id: int) -> HttpResponse:
    """Somebody has lost the telephone: ask the second officer to take the second factor off."""
    account = get_object_or_404(queries.users_for(request.actor), pk=user_id)
    form = ReasonForm(request.POST or None)
    form.fields["note"].label = _("怎么核实的是本人")
    if request.method == "POST" and form.is_valid():
        try:
            act = actions.ask_factor_reset(request.actor, account, form.cleaned_data["note"])
        except Refused as refusal:
            refuse(form, refusal)
        else:
            toast(request, _("已提出，等另一位安全管理员确认"))
            return redirect("accounts:dual", act.pk)
    return confirm(
        request,
        title=_("重设%(name)s的两步验证？") % {"name": account.name},
        lead=_("另一位安全管理员确认后生效。本人和他的主席会收到通知，24 小时内不能导出。"),
        verb=_("提出"),
        grave=True,
        back=reverse("accounts:user", args=[account.pk]),
        way_out=_("先不重设"),
        form=form,
    )


@access("post", "grant")
def user_release(request: HttpRequest, user_id: int) -> HttpResponse:
    """Lift the limits of somebody who is on the telephone."""
    account = get_object_or_404(queries.users_for(request.actor), pk=user_id)
    if request.method == "POST":
        actions.release(request.actor, account)
        toast(request, _("已解除，他现在可以再试"))
        return redirect("accounts:user", account.pk)
    return confirm(
        request,
        title=_("让%(name)s现在就能再试？") % {"name": account.name},
        text=_("5 分钟一到会自己解除。先在电话里核实是本人。"),
        verb=_("解除"),
        back=reverse("accounts:user", args=[account.pk]),
        way_out=_("先不解除"),
    )


@access("post", "grant")
def user_sessions(request: HttpRequest, user_id: int) -> HttpResponse:
    """Out everywhere."""
    account = get_object_or_404(queries.users_for(request.actor), pk=user_id)
    if request.method == "POST":
        count = actions.end_all_sessions(request.actor, account.pk)
        toast(request, _("已让 %(n)d 处退出") % {"n": count})
        return redirect("accounts:user", account.pk)
    return confirm(
        request,
        title=_("让%(name)s在各处都退出？") % {"name": account.name},
        text=_("他下一次点击就要重新登录，没交的草稿都在。"),
        verb=_("都退出"),
        back=reverse("accounts:user", args=[account.pk]),
        way_out=_("先不退出"),
    )
