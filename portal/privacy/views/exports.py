"""Lists with personal data: asked for in one dialog, approved by another person, fetched once.

``hook`` is what ``portal.kit.tables`` asks before every export.
"""

from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import policy
from portal.core import exports as direct
from portal.core import files
from portal.kit import crypto, days
from portal.kit.access import access
from portal.kit.dialogs import confirm, dialog, toast
from portal.kit.forms import first_time, give_back, refuse
from portal.kit.refusal import Refused
from portal.kit.table_export import Export, find_listing
from portal.kit.tables import listing_page
from portal.privacy.actions import exports as actions
from portal.privacy.forms import AskForm, RefuseForm
from portal.privacy.models import ExportRequest
from portal.privacy.tables import EXPORTS, state_tag

SALT = "export-ask"


def hook(request: HttpRequest, export: Export) -> HttpResponse | None:
    """Without personal columns a list leaves at once; with them the dialog asks what it is for."""
    resource = request.resolver_match.func.access[0]
    if not export.personal or not export.count:
        return direct.hook(request, export)
    if not policy.may_export(request.actor.role, resource) or not _may_ask(request):
        raise Http404
    what = {
        "listing": export.listing.key, "resource": resource, "title": str(export.listing.title),
        "columns": export.columns, "count": export.count, "query": crypto.seal(export.query, "export"),
    }  # fmt: skip
    without = f"{request.path}{export.query}{'&' if len(export.query) > 1 else ''}export=xlsx&personal=no"
    return _dialog(request, AskForm(), what, without)


def _may_ask(request: HttpRequest) -> bool:
    return policy.scope(request.actor.role, "export", "create") is not None


def _dialog(request: HttpRequest, form: AskForm, what: dict[str, Any], without: str) -> HttpResponse:
    listing = find_listing(what["listing"])
    context = {
        "form": form, "what": what, "listing": listing, "without": without, "back": without.partition("?")[0],
        "personal": [column.label for column in listing.columns if column.personal and column.name in what["columns"]],
        "token": signing.dumps({**what, "without": without}, salt=SALT), "action": reverse("privacy:export_ask"),
    }  # fmt: skip
    return dialog(request, "privacy/export_ask.html", context, 422 if form.errors else 200)


@access("export", "create", methods=("POST",))
def export_ask(request: HttpRequest) -> HttpResponse:
    """What the dialog was filled with. What is asked for comes back signed, as the list itself put it together."""
    try:
        what = signing.loads(request.POST.get("what", ""), salt=SALT, max_age=24 * 3600)
    except signing.BadSignature as wrong:
        raise Http404 from wrong
    without = what.pop("without")
    form = AskForm(request.POST)
    if form.is_valid():
        if not first_time(request):
            return redirect("privacy:exports")
        try:
            direct.still_allowed(request.actor, what["resource"])
            told = {**what, "query": direct.open_query(what["query"]), "purpose": form.cleaned_data["purpose"]}
            made = actions.ask(request.actor, **told)
        except Refused as refusal:
            give_back(request)
            refuse(form, refusal)
        else:
            toast(request, _("请人批了，批了会发消息给你"))
            return redirect(made)
    return _dialog(request, form, what, without)


@access("export", "read", methods=("GET",))
def exports(request: HttpRequest) -> HttpResponse:
    rows = ExportRequest.objects.visible_to(request.actor).select_related("requested_by", "decided_by", "organization")
    return listing_page(request, EXPORTS, rows, lead=_("带个人信息的名单，一个人要，另一个人批，只能取一次。"))


def _seen(request: HttpRequest, export_id: int) -> ExportRequest:
    rows = ExportRequest.objects.visible_to(request.actor)
    return get_object_or_404(rows.select_related("requested_by", "decided_by", "organization", "job"), pk=export_id)


@access("export", "read", methods=("GET",))
def export(request: HttpRequest, export_id: int) -> HttpResponse:
    row = _seen(request, export_id)
    listing = find_listing(row.listing)
    columns = [column for column in listing.columns if column.name in row.columns]
    mine = row.requested_by_id == request.actor.user.pk
    context = {
        "row": row, "tag": state_tag(row), "columns": columns, "mine": mine,
        "may_decide": _may_decide(request, row), "why_not": actions.why_not(request.actor, row),
        "may_fetch": mine and row.state == row.State.READY and row.expires_at > days.now(),
        "job_url": reverse("core:job", args=[row.job_id]) if mine and row.job_id else "",
        "events": _events(row),
    }  # fmt: skip
    return render(request, "privacy/export.html", context)


def _may_decide(request: HttpRequest, row: ExportRequest) -> bool:
    granted = policy.scope(request.actor.role, "export", "approve") is not None
    return granted and not actions.why_not(request.actor, row)


def _events(row: ExportRequest) -> list[dict[str, str]]:
    """Newest first."""
    lines = [(row.requested_at, _("%(who)s要") % {"who": row.requested_by.name}, "", row.purpose)]
    if row.decided_at:
        words = _("%(who)s没批") if row.state == row.State.REFUSED else _("%(who)s批了")
        lines.append((row.decided_at, words % {"who": row.decided_by.name}, "ok", row.note))
    if row.fetched_at:
        lines.append((row.fetched_at, _("取走了"), "ok", ""))
    return [
        {"title": title, "meta": days.short_datetime(at), "mark": mark, "quote": quote}
        for at, title, mark, quote in reversed(lines)
    ]


@access("export", "approve")
def export_approve(request: HttpRequest, export_id: int) -> HttpResponse:
    row = _seen(request, export_id)
    if reason := actions.why_not(request.actor, row):
        raise Refused(reason)
    if request.method == "POST":
        actions.decide(request.actor, row.pk, True)
        toast(request, _("批了，做好以后%(who)s能取一次") % {"who": row.requested_by.name})
        return redirect(row)
    return confirm(
        request, title=_("批%(who)s导出%(title)s，%(n)s 行？") % {
            "who": row.requested_by.name, "title": row.title, "n": f"{row.count:,}"},
        verb=_("批这一份"), way_out=_("先不批"), back=row.get_absolute_url(),
        lead=_("用来：%(why)s") % {"why": row.purpose}, text=_("表上写着谁要、谁批、为什么。只能取一次。"),
    )  # fmt: skip


@access("export", "approve")
def export_refuse(request: HttpRequest, export_id: int) -> HttpResponse:
    row = _seen(request, export_id)
    if reason := actions.why_not(request.actor, row):
        raise Refused(reason)
    form = RefuseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.decide(request.actor, row.pk, False, form.cleaned_data["note"])
        toast(request, _("没批，已经告诉%(who)s") % {"who": row.requested_by.name})
        return redirect(row)
    return confirm(
        request, title=_("不批%(who)s的%(title)s") % {"who": row.requested_by.name, "title": row.title},
        verb=_("不批这一份"), way_out=_("先不定"), back=row.get_absolute_url(), form=form, grave=True,
    )  # fmt: skip


@access("export", "create", methods=("POST",))
def export_file(request: HttpRequest, export_id: int) -> HttpResponse:
    """The file, for the person who asked, once. By POST: nothing fetches it ahead of a press."""
    row = _seen(request, export_id)
    if row.requested_by_id != request.actor.user.pk:
        raise Http404
    direct.still_allowed(request.actor, row.resource)
    return files.respond(actions.fetch(request.actor, row.pk))
