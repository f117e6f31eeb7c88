"""上报 to outside bodies: the letter with its entries, and their outcomes, one by one or many at once."""

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.core import files
from portal.kit import days
from portal.kit.access import access
from portal.kit.dialogs import toast
from portal.kit.forms import UNPROCESSABLE, first_time, form_page, give_back, refuse
from portal.kit.refusal import Refused
from programs.actions import passings as actions
from programs.forms.passings import OutcomeForm, PassingForm
from programs.models import Call, Category, Passing
from programs.queries.passings import decided, ready
from programs.views.deadlines import owned


@access("passing", "create")
def passing_new(request: HttpRequest, call_id: int) -> HttpResponse:
    """Send what has been on public notice on to the body that decides."""
    call = owned(request, call_id)
    categories = list(call.categories.all())
    going = _going(call, categories)
    if not going and request.method == "GET":
        messages.warning(request, _("现在没有可以上报的：名单上没有，或者都还有异议"))
        return redirect(call.get_absolute_url())
    initial = {"sent_on": days.today(), "going": f"{going[0][0].pk}{'+' if going[0][1] else ''}" if going else ""}
    form = PassingForm(
        request.POST or None, request.FILES or None, categories=categories, going=going, initial=initial
    )  # fmt: skip
    if form.is_valid():
        if not first_time(request):
            return redirect(call.get_absolute_url())
        data = form.cleaned_data
        prizes = {str(one.pk): one for one in categories}
        try:
            made = actions.pass_up(
                request.actor, prizes[data["category"]], data["body"], data["number"], data["sent_on"], data["scan"],
                prizes.get(data["sought"]),
            )  # fmt: skip
        except Refused as refused:
            give_back(request)
            refuse(form, refused)
        else:
            toast(request, _("上报了 %(n)d 件") % {"n": made.lines.count()})
            return redirect(made.get_absolute_url())
    lead = _("没有异议的一起上报，等对方的批复。没定的状态成为“已上报”；我们已经通过的不变。")
    return form_page(
        request, form, title=_("上报"), lead=lead, submit=_("上报"),
        crumbs=[(call.title, call.get_absolute_url())], back=(_("先不上报"), call.get_absolute_url()),
    )  # fmt: skip


def _going(call: Call, categories: list[Category]) -> list[tuple[Category, bool, int]]:
    """What may go now: per prize those that are ready, then those that we decided ourselves."""
    counts = [
        dict(rows.order_by().values_list("category").annotate(n=Count("pk", distinct=True)))
        for rows in (ready(call), decided(call))
    ]
    return [
        (one, more, counted[one.pk])
        for more, counted in zip((False, True), counts, strict=True)
        for one in categories
        if one.pk in counted
    ]


def _seen(request: HttpRequest, passing_id: int) -> Passing:
    rows = Passing.objects.visible_to(request.actor).select_related(
        "call__owner", "category", "sought", "made_by", "scan"
    )
    return get_object_or_404(rows, pk=passing_id)


@access("passing", "read", methods=("GET",))
def passing(request: HttpRequest, passing_id: int) -> HttpResponse:
    """The entries of a letter with their outcomes."""
    return _page(request, _seen(request, passing_id), OutcomeForm(initial={"outcome_on": days.today()}))


def _page(request: HttpRequest, found: Passing, form: OutcomeForm) -> HttpResponse:
    lines = list(found.lines.select_related("entry__organization"))
    waiting = sum(1 for line in lines if not line.outcome)
    mine = found.call.owner_id == request.actor.organization_id and request.actor.role == "officer"
    ticked = set(request.POST.getlist("line"))
    context = {
        "one": found, "call": found.call, "lines": lines, "waiting": waiting, "form": form, "records": mine and waiting,
        "imports": reverse("registry:import_new") + "?what=outcomes",
        "ticked": ticked, "granted": sum(1 for line in lines if line.outcome == "granted"),
    }  # fmt: skip
    wrong = form.is_bound and form.errors
    return render(request, "programs/passing.html", context, status=UNPROCESSABLE if wrong else 200)


@access("passing", "create", methods=("POST",))
def passing_outcome(request: HttpRequest, passing_id: int) -> HttpResponse:
    """Record the answer for the ticked entries."""
    found = _seen(request, passing_id)
    form = OutcomeForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    data = form.cleaned_data
    ids = [int(text) for text in request.POST.getlist("line") if text.isdecimal() and len(text) < 19]
    try:
        n = actions.record_outcome(
            request.actor, found.pk, ids, data["outcome"], data["outcome_on"], data["number"]
        )  # fmt: skip
    except Refused as refused:
        refuse(form, refused)
        return _page(request, found, form)
    toast(request, _("记下了 %(n)d 件的结果") % {"n": n})
    return redirect(found.get_absolute_url())


@access("passing", "read", methods=("GET",))
def passing_scan(request: HttpRequest, passing_id: int) -> HttpResponse:
    """The sealed letter as it was sent."""
    found = _seen(request, passing_id)
    if found.scan is None:
        raise Http404
    return files.respond(found.scan)
