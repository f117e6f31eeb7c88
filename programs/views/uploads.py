"""Papers of an entry: uploaded, looked at, taken off. A file opens only to those who may see its entry now."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin

from portal.core import files
from portal.kit.access import access
from portal.kit.dialogs import confirm
from portal.kit.forms import UNPROCESSABLE
from portal.kit.refusal import Refused
from programs import duties
from programs.actions import entries as actions
from programs.models import Attachment, Entry
from programs.spec import Duty, State
from programs.views import drawn


def _mine(request: HttpRequest, entry_id: int) -> Entry:
    entry = drawn.found_entry(request, entry_id, "call")
    if not duties.holds(request.actor, Duty.OWNER, entry):
        raise Http404
    return entry


def _fragment(request: HttpRequest, entry: Entry, error: tuple[str, str] = ("", "")) -> HttpResponse:
    words = entry.flags.get("fields", {}) if entry.state == State.RETURNED else {}
    status = UNPROCESSABLE if error[1] else 200
    response = render(
        request, "programs/_entry_files.html", {"files": drawn.file_list(entry, words, error)}, status=status
    )
    # The rules and the list of what is missing fetch themselves anew, as after an autosave.
    response["HX-Trigger"] = "autosaved"
    return response


@access("entry", "update")
def entry_files(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Take one file for the line ``item`` of the checklist. Without script it is a page of its own."""
    entry = _mine(request, entry_id)
    name = request.GET.get("item", "")
    item = next((one for one in entry.call.materials if one.name == name), None)
    htmx = request.headers.get("HX-Request") == "true"
    error, status = "", UNPROCESSABLE
    if request.method == "POST":
        try:
            if "file" not in request.FILES:
                raise Refused(_("请选一个文件"))
            actions.attach(request.actor, entry.pk, name, request.FILES["file"])
        except Refused as refusal:
            # 413 and 507 say why to programs; the page's own script puts only a 422 into place
            error, status = str(refusal), refusal.status if refusal.status != Refused.status else UNPROCESSABLE
        if htmx:
            return _fragment(request, entry, (name, error) if error else ("", ""))
        if not error:
            return redirect(reverse("programs:entry_edit", args=[entry.pk]) + "#files-h")
    if item is None:
        return redirect("programs:entry_edit", entry.pk)
    context = {"entry": entry, "item": item, "error": error, "accept": drawn.file_accept(item)}
    return render(request, "programs/entry_upload.html", context, status=status if error else 200)


@access("entry", "read", methods=("GET",))
@xframe_options_sameorigin
def attachment(request: HttpRequest, entry_id: int, attachment_id: int) -> HttpResponse:
    """The file as a download; ``?view=1`` shows a picture or a PDF inside the review page."""
    entry = drawn.visible_entry(request, entry_id)
    one = get_object_or_404(Attachment.objects.select_related("file"), pk=attachment_id, entry=entry)
    looking = request.GET.get("view") == "1"
    response = files.respond(one.file, inline=looking)
    if looking and one.file.mime == "application/pdf":
        # Browsers do not open their PDF viewer inside a sandbox. Scripts and actions in a PDF were refused at upload,
        # and nothing may be loaded from here.
        response["Content-Security-Policy"] = (
            "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
        )
    return response


@access("entry", "update")
def attachment_remove(request: HttpRequest, entry_id: int, attachment_id: int) -> HttpResponse:
    """Ask, then take the file off the checklist."""
    entry = _mine(request, entry_id)
    one = get_object_or_404(Attachment.objects.select_related("file"), pk=attachment_id, entry=entry)
    back = reverse("programs:entry_edit", args=[entry.pk]) + "#files-h"
    if request.method == "POST":
        actions.detach(request.actor, entry.pk, one.pk)
        return redirect("programs:entry_edit", entry.pk)
    return confirm(
        request, title=_("拿掉“%(name)s”") % {"name": one.file.name}, verb=_("拿掉这一份"),
        way_out=_("先留着"), back=back,
        text=_("交上去过的版本里仍然记着它。"),
    )  # fmt: skip
