"""The inbox: only one's own messages."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from portal.core import channels, deliveries, outbox
from portal.core.forms import WaysForm
from portal.core.models import Message, Reachability
from portal.kit.access import access
from portal.kit.dialogs import toast
from portal.kit.forms import form_page

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
        return HttpResponseRedirect(row.url)
    return render(request, "core/message.html", {"message": row})


@access("message", "read", methods=("POST",))
def messages_read(request: HttpRequest) -> HttpResponse:
    """Mark all read, or the ones ticked."""
    ids = [int(text) for text in request.POST.getlist("message") if text.isdecimal() and len(text) < 19]
    changed = outbox.mark_read(request.actor.user, ids or None)
    toast(request, _("%(n)d 条标成读过") % {"n": changed} if changed else _("没有没读的"))
    return redirect("core:messages")


@access("message", "update")
def ways(request: HttpRequest) -> HttpResponse:
    """By which channels one wants to be told of what, and when not to be rung."""
    own = Reachability.objects.filter(user=request.user).first()
    form = WaysForm(request.POST or None, user=request.user, reachability=own, ready=channels.ready())
    if request.method == "POST" and form.is_valid():
        deliveries.choose(request.actor, form.chosen(), form.quiet(), form.cleaned_data.get("wecom", ""))
        toast(request, _("记下了，从下一条消息起照这样发"))
        return redirect("core:messages")
    return form_page(
        request,
        form,
        title=_("接收方式"),
        crumbs=[(_("消息"), reverse("core:messages"))],
        submit=_("就这样"),
        back=(_("先不改"), reverse("core:messages")),
        lead=_("消息都留在这里的“消息”里；另外发到哪里，自己选。"),
    )
