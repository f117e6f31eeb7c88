"""Handing a post over: by its holder, or by an officer of a level above."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.accounts.actions.handover import hand_over, may_hand_over
from portal.accounts.forms_posts import HandOverForm
from portal.accounts.models import Post
from portal.kit import days
from portal.kit.access import access
from portal.kit.dialogs import toast
from portal.kit.forms import first_time, give_back, refuse
from portal.kit.gather import gather
from portal.kit.refusal import Refused


@access("post", "hand_over")
def hand_over_mine(request: HttpRequest) -> HttpResponse:
    """The post one acts in."""
    return _page(request, request.actor.post, "/")


@access("post", "hand_over")
def post_hand_over(request: HttpRequest, post_id: int) -> HttpResponse:
    """Somebody else's, below one's own level."""
    post = get_object_or_404(Post.objects.visible_to(request.actor).select_related("user", "organization"), pk=post_id)
    return _page(request, post, reverse("registry:organization", args=[post.organization_id]))


def _page(request: HttpRequest, post: Post | None, back: str) -> HttpResponse:
    if post is None or not may_hand_over(request.actor, post):
        raise Http404
    form = HandOverForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and first_time(request):
        data = form.cleaned_data
        try:
            fresh = hand_over(request.actor, post.pk, data["user"], data["on"], data["note"])
        except Refused as refusal:
            give_back(request)
            refuse(form, refusal)
        else:
            told = _("%(post)s %(day)s 起由%(name)s接任")
            toast(request, told % {"post": fresh, "day": days.short_date(fresh.since), "name": fresh.user.name})
            return redirect(back)
    work = [line for make in gather("carry", "WORK") for line in make(post.organization)]  # type: ignore[operator]
    context = {"form": form, "post": post, "work": work, "back": back}
    return render(request, "accounts/hand_over.html", context, status=422 if form.errors else 200)
