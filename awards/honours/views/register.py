"""The register of honours: the list, one honour, its revocation."""

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from awards.honours import actions, queries, reports
from awards.honours.forms import RevokeForm
from awards.honours.models import Certificate, Honour
from awards.honours.tables import HONOURS, HONOURS_TO_READ, register
from portal import policy
from portal.core import trail
from portal.core.actor import Actor
from portal.kit.access import access
from portal.kit.dialogs import confirm, toast
from portal.kit.forms import refuse
from portal.kit.refusal import Refused
from portal.kit.tables import Act, listing_page
from programs.models import Entry
from programs.models.entries import badge
from programs.spec import State

MOST_CALLS = 3


@access("honour", "read", methods=("GET",))
def honours(request: HttpRequest) -> HttpResponse:
    """Everything that was awarded, with what is still to be made of it."""
    actor = request.actor
    listing = HONOURS if policy.scope(actor.role, "honour", "export") else HONOURS_TO_READ
    waiting = queries.to_certify(actor).values("entry__call", "entry__call__title").annotate(n=Count("pk"))
    acts = [
        Act(
            _("做证书：%(call)s，%(n)d 张") % {"call": one["entry__call__title"], "n": one["n"]},
            reverse("honours:certificates", args=[one["entry__call"]]),
        )
        for one in waiting.order_by("-entry__call")[:MOST_CALLS]
    ]
    if actor.role == "officer" and actor.organization.parent_id is None:
        acts.append(Act(_("导入历年荣誉…"), reverse("registry:import_new") + "?what=honours", icon="upl"))
    return listing_page(request, listing, register(actor), lead=_("签发决定时自动登记，撤销的也留着。"), acts=acts)


def may_revoke(actor: Actor, row: Honour) -> bool:
    """Whether the button is shown; the action asks again."""
    return actor.role == "leader" and actor.organization.parent_id is None and not row.revoked


@access("honour", "read", methods=("GET",))
def honour(request: HttpRequest, honour_id: int) -> HttpResponse:
    """One honour: facts, certificate, what happened to it."""
    rows = Honour.objects.visible_to(request.actor).select_related(
        "member", "organization", "decision__signed_by", "entry__call__owner", "entry__category", "revoked_by"
    )
    row = get_object_or_404(rows, pk=honour_id)
    certificate = Certificate.objects.filter(honour=row).select_related("batch").first()
    records = trail.Record.objects.about(row).select_related("by")
    entry = Entry.objects.visible_to(request.actor).filter(pk=row.entry_id).first() if row.entry_id else None
    context = {
        "honour": row,
        "badge": badge(State.REVOKED if row.revoked else State.APPROVED),
        "certificate": certificate,
        "sheet": reports.wording(row, certificate) if certificate else None,
        "entry": entry,
        "events": reports.history(row, certificate, records),
        "may_revoke": may_revoke(request.actor, row),
        "may_print": bool(certificate) and not row.revoked and _prints(request.actor, row),
        "bearer": reports.bearer(row),
    }
    return render(request, "honours/honour.html", context)


def _prints(actor: Actor, row: Honour) -> bool:
    owner = row.entry.call.owner_id if row.entry_id else None
    return policy.scope(actor.role, "certificate", "create") is not None and owner == actor.organization_id


@access("honour", "revoke")
def revoke(request: HttpRequest, honour_id: int) -> HttpResponse:
    """Revoke: the register keeps its history, the public page says so at once."""
    row = get_object_or_404(Honour.objects.visible_to(request.actor), pk=honour_id)
    form = RevokeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.revoke(request.actor, row.pk, form.cleaned_data["document"], form.cleaned_data["reason"])
            toast(request, _("已撤销，查验页马上看得到"))
            return redirect(row)
        except Refused as refusal:
            refuse(form, refusal)
    return confirm(
        request, title=_("撤销%(name)s的“%(title)s”？") % {"name": row.name, "title": row.title}, form=form, grave=True,
        lead=_("证书当场作废，查验页写明撤销和文号；登记簿上的记录不删。不能再恢复。"), verb=_("撤销这项荣誉"),
        back=row.get_absolute_url(), way_out=_("先不撤"),
    )  # fmt: skip
