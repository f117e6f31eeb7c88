"""The inbox: only one's own messages."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from portal.core import outbox
from portal.core.models import Message
from portal.kit.access import access
from portal.kit.dialogs import toast

PAGE = 30


@access("message", "read", methods=("GET",))
def messages(request: HttpRequest) -> HttpResponse:
    """Newest first; with ``unread=1`` only those not read yet."""
    mine = Message.objects.visible_to(request.actor).order_by("-id")
    unread = mine.filter(read_at__isnull=True).count()
    only = request.GET.get("unread") == "1"
    page = Paginator(mine.filter(read_at__isnull=True) if only else mine, PAGE).get_page(request.GET.get("page"))
    return render(request, "core/messages.html", {"page": page, "unread_now": unread, "only": only})


@access("message", "read", methods=("GET",))
def message(request: HttpRequest, message_id: int) -> HttpResponse:
    """Opening one marks it read and leads to what it tells of, or shows its text."""
    row = get_object_or_404(Message.objects.visible_to(request.actor), pk=message_id)
    outbox.mark_read(request.actor.user, [row.pk])
    if row.url and url_has_allowed_host_and_scheme(row.url, allowed_hosts=None):
        return redirect(row.url)
    return render(request, "core/message.html", {"message": row})


@access("message", "read", methods=("POST",))
def messages_read(request: HttpRequest) -> HttpResponse:
    """Mark all read, or the ones ticked."""
    ids = [int(text) for text in request.POST.getlist("message") if text.isdecimal() and len(text) < 19]
    changed = outbox.mark_read(request.actor.user, ids or None)
    toast(request, _("%(n)d 条标成读过") % {"n": changed} if changed else _("没有没读的"))
    return redirect("core:messages")
