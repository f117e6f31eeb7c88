"""Messages on their way out: for the system administrator. Whom and how, never what was said."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.core import deliveries, queues
from portal.core.models import Delivery
from portal.core.tables import DELIVERIES
from portal.kit.access import access
from portal.kit.dialogs import confirm, toast
from portal.kit.tables import is_fragment, listing_page, selected


def _rows(request: HttpRequest):
    return Delivery.objects.visible_to(request.actor).select_related("message__user")


@access("delivery", "read", methods=("GET",))
def delivery_list(request: HttpRequest) -> HttpResponse:
    rows = _rows(request)
    if is_fragment(request, DELIVERIES):
        return listing_page(request, DELIVERIES, rows)
    return listing_page(
        request,
        DELIVERIES,
        rows,
        template="core/deliveries.html",
        lead=_("邮件、短信和企业微信发给谁、发没发出。内容这里看不到。"),
        channels=queues.channel_lines(),
    )


@access("delivery", "resend")
def resend(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Queue one given-up delivery again."""
    row = get_object_or_404(_rows(request), pk=delivery_id)
    if row.state != Delivery.State.FAILED and request.method == "GET":
        raise Http404
    if request.method == "POST":
        sent = deliveries.resend(request.actor, [row.pk])
        toast(request, _("重新排队了，几秒后发") if sent else _("这条已经不在“没发出”里"))
        return redirect("core:deliveries")
    return confirm(
        request,
        title=_("再发一次？"),
        text=_("%(channel)s，给%(name)s。试了 %(n)d 次没发出：%(problem)s") % {
            "channel": row.get_channel_display(), "name": row.message.user.name, "n": row.tries,
            "problem": row.problem,
        },
        verb=_("再发"),
        way_out=_("先不发"),
        back=reverse("core:deliveries"),
    )  # fmt: skip


@access("delivery", "resend", methods=("POST",))
def resend_many(request: HttpRequest) -> HttpResponse:
    """The same for all ticked, or for all that the filters find."""
    rows = selected(request, DELIVERIES, _rows(request)).filter(state=Delivery.State.FAILED)
    sent = deliveries.resend(request.actor, rows.values_list("pk", flat=True))
    toast(request, _("%(n)d 条重新排队了") % {"n": sent} if sent else _("选中的没有要重发的"))
    return redirect("core:deliveries")
