"""Notices: the staff's pages and the public page."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.kit import days, qr
from portal.kit.access import access
from portal.kit.dialogs import confirm, toast
from portal.kit.forms import first_time, form_page, give_back, refuse
from portal.kit.refusal import Refused
from portal.kit.tables import listing_page
from programs.actions import notices as actions
from programs.forms.notices import NoticeForm
from programs.models import Call, Entry, Notice
from programs.queries import notices as queries
from programs.spec import State
from programs.tables.notices import NOTICES
from programs.views import notice_rows


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
            made = actions.draft_notice(
                request.actor, call, data["title"], data["number"], data["body"], form.contact()
            )
            return redirect("programs:notice", made.pk)
        except Refused as refusal:
            give_back(request)
            refuse(form, refusal)
    lead = _("拟定名单 %(n)d 件；%(days)s。") % {"n": size, "days": _length(call)}
    return form_page(
        request, form, title=_("准备公示"), lead=lead, crumbs=[(call.title, call.get_absolute_url())],
        submit=_("存好，先看样子"), back=(_("先不公示"), call.get_absolute_url()),
    )  # fmt: skip


def _length(call: Call) -> str:
    first = _("当天算第 1 天") if call.param("notice_first_day") else _("次日算第 1 天")
    return _("公示 %(n)d 个工作日，%(first)s") % {"n": call.param("notice_days"), "first": first}


@access("notice", "update")
def notice_change(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Mend the words of a draft."""
    row = _mine(request, notice_id)
    contact = {field: row.contact.get(str(label), "") for label, field in NoticeForm.CONTACT}
    form = NoticeForm(
        request.POST or None, initial={"title": row.title, "number": row.number, "body": row.body, **contact}
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.change_notice(request.actor, row.pk, data["title"], data["number"], data["body"], form.contact())
            return redirect(row)
        except Refused as refusal:
            refuse(form, refusal)
    return form_page(
        request, form, title=_("改公示的文字"),
        crumbs=[(row.call.title, row.call.get_absolute_url()), (row.title, row.get_absolute_url())],
        submit=_("存好，看样子"), back=(_("不改了"), row.get_absolute_url()),
    )  # fmt: skip


@access("notice", "update")
def notice_drop(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Throw a draft away."""
    row = _mine(request, notice_id)
    if request.method == "POST":
        actions.drop_notice(request.actor, row.pk)
        toast(request, _("草稿已作废，名单没有动"))
        return redirect(row.call)
    return confirm(
        request, title=_("作废这份草稿？"), verb=_("作废"), back=row.get_absolute_url(), way_out=_("留着"),
        grave=True, lead=_("拟定名单不受影响，可以重新准备。"),
    )  # fmt: skip


def _mine(request: HttpRequest, notice_id: int) -> Notice:
    """A notice that the acting officer's organisation may change."""
    rows = Notice.objects.visible_to(request.actor).select_related("call__owner")
    return get_object_or_404(rows, pk=notice_id, call__owner=request.actor.organization)


def _slate(notice: Notice) -> list[dict]:
    """What a draft would show, drawn from the slate as it is now."""
    rows = Entry.objects.filter(call=notice.call, state=State.SHORTLIST).select_related("organization", "category")
    found: dict[str, list[queries.Line]] = {}
    for row in rows.order_by("category__order", "pinyin", "id"):
        detail = actions.shown_detail(notice.call, row)
        line = queries.Line(actions.shown_name(notice.call, row), row.organization.name, detail)
        found.setdefault(row.category.name, []).append(line)
    return [
        {"name": name, "lines": lines, "size": len(lines), "detailed": any(line.detail for line in lines)}
        for name, lines in found.items()
    ]


def _drawn(sections: list[dict]) -> list[dict]:
    return [{**one, "rows": notice_rows.lines(one["lines"], one["detailed"])} for one in sections]


@access("notice", "read", methods=("GET",))
def notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """The staff's page of a notice: preview, window, objections' effect, result."""
    rows = queries.with_counts(Notice.objects.visible_to(request.actor).select_related("call__owner"))
    row = get_object_or_404(rows, pk=notice_id)
    draft = row.state == Notice.State.DRAFT
    window = None if draft else queries.window(row)
    shown = _drawn(_slate(row) if draft else queries.sections(row))
    address = settings.SITE_URL + reverse("programs:public_notice", args=[row.code])
    context = {
        "notice": row,
        "sections": shown,
        "size": sum(section["size"] for section in shown),
        "window": window,
        "length": _length(row.call),
        "held": row.lines.filter(entry__held=True).count(),
        "mine": row.call.owner_id == request.actor.organization_id and request.actor.role == "officer",
        "address": address,
        "qr": None if draft else qr.svg(address),
        "noun": row.call.program.noun,
    }
    return render(request, "programs/notice.html", context)


@access("notice", "update")
def notice_post(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Publish: asks first, because it moves every entry of the slate."""
    row = _mine(request, notice_id)
    if request.method == "POST":
        try:
            row = actions.post_notice(request.actor, row.pk)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return redirect(row)
        toast(request, _("已公示，%(day)s 24:00 期满") % {"day": days.short_date(row.ends_on)})
        return redirect(row)
    n = Entry.objects.filter(call=row.call, state=State.SHORTLIST).count()
    return confirm(
        request, title=_("公示这份名单？"), verb=_("公示 %(n)d 件") % {"n": n}, back=row.get_absolute_url(),
        way_out=_("先不公示"),
        lead=_("名单和文字从此不能改；每一件变成“公示中”，公开网页马上看得到。"),
    )  # fmt: skip


@access("notice", "update")
def notice_end(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Close or archive a notice by hand; the machine closes it at the end of its last day anyway."""
    row = _mine(request, notice_id)
    archive = row.state == Notice.State.ENDED
    if request.method == "POST":
        try:
            row = (
                actions.archive_notice(request.actor, row.pk) if archive else actions.end_notice(row.pk, request.actor)
            )
        except Refused as refusal:
            messages.error(request, refusal.message)
        return redirect(row)
    return confirm(
        request, title=_("把名单从公开网页上撤下？") if archive else _("公示期满，办结？"), back=row.get_absolute_url(),
        verb=_("撤下归档") if archive else _("办结"), way_out=_("先不办"),
        lead=_("记录都在，只是公开网页不再显示姓名。") if archive else _("写下收到几件异议；没有异议的可以起草决定。"),
    )  # fmt: skip


# ── the public ──
def _asked(request: HttpRequest) -> str:
    """What is looked for; PostgreSQL refuses a NUL, so it never gets that far."""
    return request.GET.get("q", "").replace("\x00", "").strip()[:60]


@access("public", "read", methods=("GET",))
def public_notices(request: HttpRequest) -> HttpResponse:
    """What is on notice now, and what ran out lately and was not taken down yet."""
    find = _asked(request)
    found = notice_rows.notices(queries.listed(find))
    return render(request, "programs/public_notices.html", {"notices": found, "find": find})


@access("public", "read", methods=("GET",))
def public_notice(request: HttpRequest, code: str) -> HttpResponse:
    """The notice as everybody may read it; an archived one is gone."""
    row = get_object_or_404(Notice.objects.public().select_related("call__owner"), code=code)
    find = _asked(request)
    shown, window = _drawn(queries.sections(row, find)), queries.window(row)
    context = {
        "notice": row,
        "sections": shown,
        "size": sum(section["size"] for section in shown),
        "found": sum(len(section["lines"]) for section in shown),
        "find": find,
        "window": window,
        "open": row.state == Notice.State.POSTED and not window["over"],
        "masked": row.call.program.subject == "member" and row.call.param("notice_masks"),
        "noun": row.call.program.noun,
    }
    return render(request, "programs/public_notice.html", context)
