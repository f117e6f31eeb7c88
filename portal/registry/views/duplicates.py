"""People who may be one: the queue, the two side by side, and the way back."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.core import jobs
from portal.kit import days, idcard
from portal.kit.access import access
from portal.kit.dialogs import confirm, dialog, toast
from portal.kit.forms import first_time, give_back, refuse
from portal.kit.refusal import Refused
from portal.kit.tables import Act, listing_page
from portal.registry.actions import duplicates as actions
from portal.registry.checks import holds
from portal.registry.forms import FindForm
from portal.registry.forms_pairs import ApartForm, PairForm, UndoForm
from portal.registry.models import Duplicate, Member, MemberMerge
from portal.registry.queries import duplicates as queries
from portal.registry.queries import people
from portal.registry.tables_pairs import DUPLICATES
from portal.registry.views.drawing import posted


@access("member", "merge", methods=("GET",))
def duplicates(request: HttpRequest) -> HttpResponse:
    rows = Duplicate.objects.visible_to(request.actor).select_related("first__organization", "second__organization")
    acts = [Act(_("现在查一遍…"), reverse("registry:duplicates_find"), icon="search", dialog=True)]
    lead = _("每天夜里按姓名、生日、手机、单位查一遍；定过是两个人的不再问。")
    return listing_page(request, DUPLICATES, rows, acts=acts, lead=lead)


@access("member", "merge")
def duplicates_find(request: HttpRequest) -> HttpResponse:
    """Look now instead of tonight."""
    if request.method == "POST":
        job = jobs.start(actions.FIND, request.actor, _("查疑似重复的会员"))
        return redirect("core:job", job.pk)
    back = reverse("registry:duplicates")
    return confirm(request, title=_("现在查一遍？"), lead=_("全市的名册一起查，半分钟左右。"), verb=_("查"), back=back)


def _pair(request: HttpRequest, pair_id: int) -> Duplicate:
    rows = Duplicate.objects.visible_to(request.actor)
    rows = rows.select_related("first__organization", "second__organization", "decided_by")
    return get_object_or_404(rows, pk=pair_id)


@access("member", "merge")
def duplicate(request: HttpRequest, pair_id: int) -> HttpResponse:
    """The two side by side; what the one person shall be, field by field."""
    pair = _pair(request, pair_id)
    form = PairForm(posted(request), pair=pair, lines=queries.lines(pair))
    if form.is_valid() and first_time(request):
        try:
            done = actions.merge(request.actor, pair.pk, form.keep_id, form.taken, form.cleaned_data["reason"])
        except Refused as refusal:
            give_back(request)
            refuse(form, refusal)
        else:
            toast(request, _("并成一人了，%(n)d 天内可以撤回") % {"n": actions.UNDO_DAYS})
            return redirect("registry:member", done.survivor_id)
    both = [pair.first_id, pair.second_id]
    done = MemberMerge.objects.filter(survivor__in=both, absorbed__in=both, undone_at__isnull=True).first()
    context: dict[str, Any] = {
        "pair": pair,
        "form": form,
        "rows": form.rows(),
        "goods": queries.goods(pair),
        "told": queries.warnings(pair) if pair.verdict == Duplicate.Verdict.OPEN else [],
        "done": done,
        "undo_days": actions.UNDO_DAYS,
        "why": [str(queries.RULES[rule]) for rule in pair.rules if rule in queries.RULES],
        "open": pair.verdict == Duplicate.Verdict.OPEN,
    }
    return render(request, "registry/duplicate.html", context, status=422 if form.errors else 200)


@access("member", "merge")
def duplicate_apart(request: HttpRequest, pair_id: int) -> HttpResponse:
    """They are two people."""
    pair = _pair(request, pair_id)
    form = ApartForm(posted(request))
    if form.is_valid() and first_time(request):
        try:
            actions.keep_apart(request.actor, pair.pk, form.cleaned_data["reason"])
        except Refused as refusal:
            give_back(request)
            refuse(form, refusal)
        else:
            toast(request, _("定为两个人，以后不再问"))
            return redirect("registry:duplicates")
    return confirm(
        request, title=_("%(one)s和%(two)s是两个人") % {"one": pair.first.name, "two": pair.second.name},
        lead=_("以后再查到也不问。"), verb=_("是两个人"), back=reverse("registry:duplicate", args=[pair.pk]), form=form,
    )  # fmt: skip


@access("member", "merge")
def merge_undo(request: HttpRequest, merge_id: int) -> HttpResponse:
    """Make two of one again."""
    seen = MemberMerge.objects.filter(undone_at__isnull=True, survivor__in=Member.objects.visible_to(request.actor))
    done = get_object_or_404(seen.select_related("survivor"), pk=merge_id)
    person = done.survivor
    form = UndoForm(posted(request))
    if form.is_valid() and first_time(request):
        try:
            actions.undo(request.actor, done.pk, form.cleaned_data["reason"])
        except Refused as refusal:
            give_back(request)
            refuse(form, refusal)
        else:
            toast(request, _("又是两条登记了"))
            return redirect("registry:member", person.pk)
    day = days.short_date(days.local(done.at).date())
    return confirm(
        request, title=_("撤回 %(day)s 的合并") % {"day": day}, verb=_("撤回合并"), grave=True, form=form,
        lead=_("并过来的会籍、推荐、荣誉、账号都退回去；以后改过的内容不动。"),
        back=reverse("registry:member", args=[person.pk]),
    )  # fmt: skip


@access("member", "merge")
def member_alike(request: HttpRequest, member_id: int) -> HttpResponse:
    """“This is the same person as …”: by the other's document, sent by POST."""
    person = get_object_or_404(Member.objects.visible_to(request.actor).select_related("organization"), pk=member_id)
    if not holds(request.actor, "member", "merge", person.organization_id):
        raise Http404
    form = FindForm(posted(request))
    if form.is_valid():
        other = people.by_document(request.actor, idcard.normalise(form.cleaned_data["number"]))
        try:
            if other is None:
                raise Refused(_("你能看到的名册里没有这个证件号"), "number")
            return redirect("registry:duplicate", actions.point_out(request.actor, person, other).pk)
        except Refused as refusal:
            refuse(form, refusal)
    context = {"form": form, "person": person, "back": reverse("registry:member", args=[person.pk])}
    return dialog(request, "registry/member_alike.html", context, 422 if form.errors else 200)
