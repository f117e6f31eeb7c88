"""What happens around a deadline: later ones for single units, and reminding those who have not reported."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.core.calendar import current
from portal.kit import days
from portal.kit.access import access
from portal.kit.dialogs import confirm, dialog, toast
from portal.kit.forms import first_time, form_page, give_back, refuse
from portal.kit.refusal import Refused
from portal.kit.tables import Act, listing_page
from portal.registry.models import Organization
from programs.actions import extensions as actions
from programs.actions import reminders
from programs.forms.calls import BelowForm, ExtendForm, WhyForm
from programs.models import Call, Extension
from programs.tables.extensions import EXTENSIONS


def owned(request: HttpRequest, call_id: int) -> Call:
    """A published call of the acting officer's organisation, or 404."""
    rows = Call.objects.owned_by(request.actor).filter(state=Call.State.PUBLISHED)
    return get_object_or_404(rows.select_related("owner"), pk=call_id)


# ── later deadlines ──
@access("call", "update", methods=("GET",))
def extension_list(request: HttpRequest, call_id: int) -> HttpResponse:
    """Every later deadline of the call, also those that were taken back."""
    found = owned(request, call_id)
    rows = Extension.objects.filter(call=found).select_related("organization", "granted_by", "withdrawn_by", "call")
    return listing_page(
        request, EXTENSIONS, rows, h1=_("延期"), crumbs=[(found.title, found.get_absolute_url())],
        lead=_("原来 %(at)s 截止。延期只管那一家和它下面的单位。") % {"at": days.short_datetime(found.closes_at)},
        acts=[Act(_("给一家延期"), reverse("programs:extension_new", args=[found.pk]), icon="clock", primary=True)],
    )  # fmt: skip


@access("call", "update")
def extension_new(request: HttpRequest, call_id: int) -> HttpResponse:
    """Which unit shall have more time: also a school below a district, which has no row of its own on the call."""
    found = owned(request, call_id)
    form = BelowForm(request.POST or None, actor=request.actor)
    if form.is_valid():
        return redirect("programs:extend", found.pk, form.cleaned_data["unit"].pk)
    back = reverse("programs:extensions", args=[found.pk])
    return form_page(
        request, form, title=_("给哪一家延期"), lead=_("延期管它自己和它下面的单位，别家不变。"), submit=_("下一步"),
        crumbs=[(found.title, found.get_absolute_url()), (_("延期"), back)], back=(_("先不延"), back),
    )  # fmt: skip


@access("call", "update")
def extend(request: HttpRequest, call_id: int, organization_id: int) -> HttpResponse:
    """A later deadline for one unit, with the reason."""
    found = owned(request, call_id)
    unit = get_object_or_404(Organization.objects.descendants(found.owner), pk=organization_id)
    given = Extension.objects.standing().filter(call=found, organization=unit).first()
    until = given.closes_at if given else found.closes_at
    start = {"closes_at": days.local(until), "reason": given.reason if given else ""}
    form = ExtendForm(request.POST or None, initial=start)
    back = found.get_absolute_url() + "#units"
    if form.is_valid():
        try:
            actions.extend(request.actor, found.pk, unit, form.cleaned_data["closes_at"], form.cleaned_data["reason"])
        except Refused as refused:
            refuse(form, refused)
        else:
            until = days.short_datetime(form.cleaned_data["closes_at"])
            toast(request, _("%(unit)s延到 %(until)s") % {"unit": unit.short, "until": until})
            # No fragment: from a dialog on the same page the browser would only jump, not show what changed.
            return redirect(found.get_absolute_url() + "?units=extended")
    context = {"form": form, "unit": unit, "call": found, "given": given, "back": back}
    return dialog(request, "programs/call_extend.html", context, 422 if form.errors else 200)


@access("call", "update")
def extension_back(request: HttpRequest, extension_id: int) -> HttpResponse:
    """Take a later deadline back."""
    calls = Call.objects.owned_by(request.actor).filter(state=Call.State.PUBLISHED)
    rows = Extension.objects.filter(call__in=calls).select_related("organization", "call")
    row = get_object_or_404(rows, pk=extension_id)
    found = row.call
    form = WhyForm(request.POST or None)
    back = reverse("programs:extensions", args=[found.pk])
    if form.is_valid():
        try:
            actions.take_back(request.actor, found.pk, row.pk, form.cleaned_data["reason"])
        except Refused as refused:
            refuse(form, refused)
        else:
            toast(request, _("%(unit)s的延期撤回了") % {"unit": row.organization.short})
            return redirect(back)
    at = days.short_datetime(found.closes_at)
    late = _("现在已经过了，没交的草稿转为逾期。") if found.closes_at < days.now() else ""
    return confirm(
        request, title=_("撤回%(unit)s的延期") % {"unit": row.organization.short}, verb=_("撤回延期"), grave=True,
        lead=_("回到原来的截止：%(at)s。%(late)s已经交上来的不变。") % {"at": at, "late": late},
        way_out=_("先不撤"), back=back, form=form,
    )  # fmt: skip


# ── reminding ──
@access("call", "update")
def remind(request: HttpRequest, call_id: int) -> HttpResponse:
    """Remind the ticked units at once, or after a question every one that has not reported. Once a day each."""
    found = owned(request, call_id)
    if found.opens_at > days.now():
        raise Http404
    left = reminders.to_remind(found)
    if request.method == "POST":
        if not first_time(request):
            return redirect(found.get_absolute_url())
        ticked = {int(text) for text in request.POST.getlist("pk") if text.isdecimal() and len(text) < 19}
        wanted = [unit.pk for unit in left if not ticked or unit.pk in ticked]
        return _remind(request, found, wanted)
    if not left:
        messages.warning(request, _("没有要催的：今天都催过，已经截止，或者都报了"))
        return redirect(found.get_absolute_url())
    done = len(reminders.late_units(found)) - len(left)
    names = "、".join(unit.short for unit in left[:12]) + (_(" 等") if len(left) > 12 else "")
    text = _("发给：%(names)s。每家一天只催一次。") % {"names": names}
    if done:
        text += _("今天催过或自己的期限已过的 %(n)d 家不发。") % {"n": done}
    return confirm(
        request, title=_("催办还没报的 %(n)d 家") % {"n": len(left)}, verb=_("催办 %(n)d 家") % {"n": len(left)},
        back=found.get_absolute_url(), way_out=_("先不催"), text=text,
        lead=_("%(title)s，%(left)s") % {
            "title": found.title, "left": current().left_phrase(days.now(), found.closes_at)},
    )  # fmt: skip


def _remind(request: HttpRequest, found: Call, units: list[int]) -> HttpResponse:
    try:
        told, people = reminders.remind(request.actor, found.pk, units)
    except Refused as refused:
        give_back(request)
        messages.warning(request, refused.message)
        return redirect(found.get_absolute_url())
    toast(request, _("已催办 %(units)d 家，%(people)d 人") % {"units": told, "people": people})
    return redirect(found.get_absolute_url() + "?units=late")
