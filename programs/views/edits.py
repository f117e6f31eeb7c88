"""How an entry's text came to be: each sitting of typing with what it changed, and one press to put words back."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from portal.core import errors
from portal.kit import days
from portal.kit.access import access
from portal.kit.dialogs import toast
from portal.kit.figures import marked
from portal.kit.refusal import Refused
from programs import duties
from programs.actions.drafts import SUBJECT, put_back
from programs.models import Edit, Entry
from programs.queries import drafts
from programs.spec import Duty
from programs.views import drawn


@access("entry", "update")
def entry_edits(request: HttpRequest, entry_id: int) -> HttpResponse:
    """GET the sittings, newest first; POST ``edit`` and ``name`` puts back what stood there before that sitting."""
    entry = drawn.visible_entry(request, entry_id)
    if not duties.holds(request.actor, Duty.OWNER, entry):
        raise Http404
    if request.method == "POST":
        return _put_back(request, entry)
    shown = [_shown(entry, one) for one in drafts.sittings(entry)]
    return render(request, "programs/entry_edits.html", {"entry": entry, "sittings": shown})


def _put_back(request: HttpRequest, entry: Entry) -> HttpResponse:
    edit, name = request.POST.get("edit", ""), request.POST.get("name", "")
    try:
        put_back(request.actor, entry.pk, int(edit) if edit.isdecimal() and len(edit) < 18 else 0, name)
    except Edit.DoesNotExist:
        raise Http404 from None
    except Refused as refusal:
        return errors.refused(request, refusal)
    toast(request, _("“%(label)s”放回先前写的了") % {"label": drawn.question(entry, name)[1]})
    return redirect("programs:entry_edit", entry.pk)


def _shown(entry: Entry, edit: Edit) -> dict[str, Any]:
    """One sitting, its answers in the order of the form."""
    order = {one.name: n for n, one in enumerate(entry.call.fields)}
    rows = []
    for name, (before, after) in sorted(edit.changes.items(), key=lambda one: order.get(one[0], -1)):
        asked, label = drawn.question(entry, name)
        old, new = drawn.differing(asked, before, after) if asked else (str(before), str(after))
        may = (
            entry.editable
            and bool(drawn.answer(asked, before) if asked else before)
            and (asked is not None or name == SUBJECT)
        )
        rows.append({"name": name, "label": label, "html": marked(old, new), "may": may})
    began, ended = days.short_datetime(edit.began_at), f"{days.local(edit.at):%H:%M}"
    return {
        "pk": edit.pk, "who": edit.by.name, "span": began if began.endswith(ended) else f"{began}—{ended}", "rows": rows
    }  # fmt: skip
