"""Notices: the staff's pages, the public page, objections."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from portal.core import files, trail
from portal.kit.access import access
from portal.kit.dialogs import confirm, toast
from portal.kit.forms import first_time, form_page, give_back, refuse
from portal.kit.refusal import Refused
from portal.kit.tables import listing_page
from programs.actions import notices as actions
from programs.forms_notices import NoticeForm, ObjectionForm, ReviewForm
from programs.models import Call, Entry, Notice, Objection
from programs.queries import notices as queries
from programs.spec import State
from programs.tables_notices import NOTICES, OBJECTIONS


@access("notice", "read", methods=("GET",))
def notices(request: HttpRequest) -> HttpResponse:
    rows = Notice.objects.visible_to(request.actor).select_related("call")
    return listing_page(request, NOTICES, queries.with_counts(rows), lead=_("名单公示、异议和结果。"))


@access("notice", "create")
def notice_new(request: HttpRequest, call_id: int) -> HttpResponse:
    """Prepare a notice over the slate of a call."""
    call = get_object_or_404(Call.objects.owned_by(request.actor), pk=call_id)
    size = Entry.objects.filter(call=call, state=State.SHORTLIST).count()
    initial = {
        "title": _("关于%(call)s拟表彰名单的公示") % {"call": call.title},
        "body": _("经各区、高校和直属单位工会推荐、审核，拟表彰下列人选。现予公示，接受监督。"),
        "phone": call.owner.phone,
    }
    form = NoticeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and first_time(request):
        data = form.cleaned_data
        try:
            made = actions.draft_notice(request.actor, call, data["title"], data["number"], data["body"], form.contact())
            return redirect("programs:notice", made.pk)
        except Refused as refusal:
            give_back(request)
            refuse(form, refusal)
    days_ = _("%(n)d 个工作日，%(first)s") % {
        "n": call.param("notice_days"),
        "first": _("当天算第 1 天") if call.param("notice_first_day") else _("次日算第 1 天"),
    }
    return form_page(
        request, form, title=_("准备公示"), lead=_("拟定名单 %(n)d 件；公示 %(days)s。") % {"n": size, "days": days_},
        crumbs=[(call.title, call.get_absolute_url())], submit=_("存好，先看样子"), back=(_("先不公示"), call.get_absolute_url()),
    )  # fmt: skip


def _slate(notice: Notice) -> list[dict]:
    """What a draft would show, drawn from the slate as it is now."""
    rows = Entry.objects.filter(call=notice.call, state=State.SHORTLIST).select_related("organization", "category")
    found: dict[str, list[dict]] = {}
    for row in rows.order_by("category__order", "pinyin", "id"):
        line = {"name": actions.shown_name(notice.call, row), "unit": row.organization.name}
        found.setdefault(row.category.name, []).append(line)
    return [{"name": name, "lines": lines} for name, lines in found.items()]


@access("notice", "read", methods=("GET",))
def notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """The staff's page of a notice: preview, window, objections' effect, result."""
    row = get_object_or_404(queries.with_counts(Notice.objects.visible_to(request.actor).select_related("call")), pk=notice_id)
    draft = row.state == Notice.State.DRAFT
    context = {
        "notice": row,
        "sections": _slate(row) if draft else queries.sections(row),
        "window": None if draft else queries.window(row),
        "held": row.lines.filter(entry__held=True).count(),
        "mine": row.call.owner_id == request.actor.organization_id and request.actor.role == "officer",
    }
    return render(request, "programs/notice.html", context)


@access("notice", "update")
def notice_post(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Publish: asks first, because it moves every entry of the slate."""
    row = get_object_or_404(Notice.objects.visible_to(request.actor), pk=notice_id, call__owner=request.actor.organization)
    if request.method == "POST":
        row = actions.post_notice(request.actor, row.pk)
        toast(request, _("已公示，%(day)s期满") % {"day": f"{row.ends_on.month}月{row.ends_on.day}日"})
        return redirect(row)
    return confirm(
        request, title=_("公示这份名单？"), verb=_("公示"), back=row.get_absolute_url(), way_out=_("先不公示"),
        lead=_("名单和文字从此不能改；每一件变成“公示中”，公开网页马上看得到。"),
    )  # fmt: skip


@access("notice", "update")
def notice_end(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Close or archive a notice by hand; the machine closes it at the end of its last day anyway."""
    row = get_object_or_404(Notice.objects.visible_to(request.actor), pk=notice_id, call__owner=request.actor.organization)
    archive = row.state == Notice.State.ENDED
    if request.method == "POST":
        row = actions.archive_notice(request.actor, row.pk) if archive else actions.end_notice(row.pk, request.actor)
        return redirect(row)
    return confirm(
        request, title=_("把名单从公开网页上撤下？") if archive else _("公示期满，办结？"), back=row.get_absolute_url(),
        verb=_("撤下归档") if archive else _("办结"), way_out=_("先不办"),
        lead=_("记录都在，只是公开网页不再显示姓名。") if archive else "",
    )  # fmt: skip


# ── the public ──
@access("public", "read", methods=("GET",))
def public_notices(request: HttpRequest) -> HttpResponse:
    rows = queries.with_counts(Notice.objects.public().select_related("call__owner")).order_by("-starts_on")[:100]
    return render(request, "programs/public_notices.html", {"notices": rows})


@access("public", "read", methods=("GET",))
def public_notice(request: HttpRequest, code: str) -> HttpResponse:
    row = get_object_or_404(Notice.objects.public().select_related("call__owner"), code=code)
    context = {"notice": row, "sections": queries.sections(row), "window": queries.window(row)}
    return render(request, "programs/public_notice.html", context)


@access("objection", "create")
def object_to(request: HttpRequest, code: str) -> HttpResponse:
    """Anybody may object while the window is open; no account, no cookie needed beyond the form's own."""
    row = get_object_or_404(Notice.objects.filter(state=Notice.State.POSTED).select_related("call__owner"), code=code)
    form = ObjectionForm(request.POST or None, request.FILES or None, notice=row, initial={"line": request.GET.get("line")})
    if request.method == "POST" and form.is_valid() and first_time(request):
        data = form.cleaned_data
        try:
            made = actions.object_to(
                row, data["line"], data["kind"], data["text"], data["name"], data["contact"], data["evidence"], request.actor
                if request.actor.user is not None else trail.Actor(),
            )  # fmt: skip
            return redirect("programs:objection_receipt", made.receipt)
        except Refused as refusal:
            give_back(request)
            refuse(form, refusal)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "programs/object.html", {"notice": row, "form": form}, status=status)


@access("public", "read", methods=("GET",))
def objection_receipt(request: HttpRequest, code: str) -> HttpResponse:
    """What became of one's own objection: known only to whoever holds the receipt code. Shows no text and no name."""
    row = get_object_or_404(Objection.objects.select_related("notice__call__owner"), receipt=code)
    return render(request, "programs/objection_receipt.html", {"objection": row, "notice": row.notice})


# ── objections, for the supervisors ──
@access("objection", "read", methods=("GET",))
def objections(request: HttpRequest) -> HttpResponse:
    rows = Objection.objects.visible_to(request.actor).select_related("notice", "line__entry")
    return listing_page(request, OBJECTIONS, rows, lead=_("提异议的人是谁，只有监督和经审看得到。"))


@access("objection", "read", methods=("GET",))
def objection(request: HttpRequest, objection_id: int) -> HttpResponse:
    rows = Objection.objects.visible_to(request.actor).select_related("notice__call", "line__entry__organization", "evidence")
    row = get_object_or_404(rows, pk=objection_id)
    trail.write(request.actor, "objection.read", row)
    context = {"objection": row, "handles": request.actor.role == "supervisor", "form": ReviewForm(initial={"version": row.version})}
    return render(request, "programs/objection.html", context)


@access("objection", "review")
def objection_review(request: HttpRequest, objection_id: int, step: str) -> HttpResponse:
    """Accept, decline, uphold, dismiss."""
    row = get_object_or_404(Objection.objects.visible_to(request.actor).select_related("notice"), pk=objection_id)
    words = {
        "accepted": (_("受理这件异议？"), _("受理"), _("从受理起，那一件推荐停下，等核实完。")),
        "declined": (_("不受理这件异议？"), _("不受理"), _("写明为什么，对方凭回执号看得到。")),
        "upheld": (_("认定异议成立？"), _("认定成立"), _("那一件交分管领导定，不会自动不通过。")),
        "dismissed": (_("认定异议不成立？"), _("认定不成立"), _("没有别的异议的话，那一件接着走。")),
    }
    if step not in words:
        raise Http404
    back = f"/objections/{row.pk}/"
    form = ReviewForm(request.POST or None, initial={"version": row.version})
    if request.method == "POST" and form.is_valid():
        try:
            actions.review_objection(request.actor, row.pk, step, form.cleaned_data["answer"], form.cleaned_data["version"])
            messages.success(request, _("记下了"))
            return redirect("programs:objection", row.pk)
        except Refused as refusal:
            refuse(form, refusal)
    title, verb, lead = words[step]
    return confirm(request, title=title, verb=verb, lead=lead, back=back, form=form, way_out=_("先不办"), grave=step == "upheld")


@access("objection", "read", methods=("GET",))
def objection_evidence(request: HttpRequest, objection_id: int) -> HttpResponse:
    row = get_object_or_404(Objection.objects.visible_to(request.actor), pk=objection_id, evidence__isnull=False)
    return files.respond(row.evidence)
