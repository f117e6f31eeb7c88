"""What members ask about their data, for the union that handles it; and the texts they agree to."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import policy
from portal.core.actor import Actor
from portal.kit.access import access
from portal.kit.dialogs import confirm, toast
from portal.kit.forms import first_time, form_page, refuse
from portal.kit.refusal import Refused
from portal.kit.tables import listing_page
from portal.privacy import queries
from portal.privacy.actions import consents
from portal.privacy.actions import wishes as actions
from portal.privacy.forms import AnswerForm, TextForm
from portal.privacy.models import ConsentText, Wish
from portal.privacy.tables import WISHES, wish_tag


@access("wish", "read", methods=("GET",))
def wishes(request: HttpRequest) -> HttpResponse:
    rows = Wish.objects.visible_to(request.actor).select_related("member__organization", "answered_by")
    return listing_page(request, WISHES, rows, lead=_("会员要求更正、删除自己的资料，由所在单位的工会办。"))


@access("own", "read", methods=("GET",))
def wish(request: HttpRequest, wish_id: int) -> HttpResponse:
    rows = Wish.objects.visible_to(request.actor).select_related("member__organization", "answered_by")
    row = get_object_or_404(rows, pk=wish_id)
    may = not actions.why_not(request.actor, row)
    return render(request, "privacy/wish.html", {"row": row, "tag": wish_tag(row), "may_answer": may})


@access("wish", "decide")
def wish_answer(request: HttpRequest, wish_id: int) -> HttpResponse:
    row = get_object_or_404(Wish.objects.visible_to(request.actor).select_related("member"), pk=wish_id)
    if reason := actions.why_not(request.actor, row):
        raise Refused(reason)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer(request.actor, row.pk, form.cleaned_data["done"], form.cleaned_data["answer"])
        except Refused as refusal:
            refuse(form, refusal)
        else:
            toast(request, _("答复了%(who)s") % {"who": row.member.name})
            return redirect(row)
    lead = _("删了就回不来：名册里只剩遮住的姓名，没有通过的推荐一起清掉。") if row.kind == Wish.Kind.DELETE else ""
    return confirm(
        request, title=_("办%(who)s要求的%(what)s") % {"who": row.member.name, "what": row.get_kind_display()},
        verb=_("答复本人"), way_out=_("先不办"), back=row.get_absolute_url(), form=form, lead=lead,
    )  # fmt: skip


# ── texts ──
def _may_publish(actor: Actor) -> bool:
    """Officers of the city: one text for all."""
    top = actor.organization is not None and actor.organization.parent_id is None
    return top and policy.scope(actor.role, "consent", "update") is not None


@access("consent", "read", methods=("GET",))
def consent_texts(request: HttpRequest) -> HttpResponse:
    newest = {text.purpose: text for text in ConsentText.objects.order_by("version")}
    rows = [(one, newest.get(key)) for key, one in queries.purposes().items()]
    return render(request, "privacy/texts.html", {"rows": rows, "may_publish": _may_publish(request.actor)})


@access("consent", "update")
def consent_publish(request: HttpRequest, purpose: str) -> HttpResponse:
    one = queries.purposes().get(purpose)
    if one is None or not _may_publish(request.actor):
        raise Http404
    last = ConsentText.objects.filter(purpose=purpose).order_by("-version").first()
    form = TextForm(request.POST or None, initial={"text": last.text if last else ""})
    back = reverse("privacy:consent_texts")
    if request.method == "POST" and form.is_valid():
        try:
            if first_time(request):
                made = consents.publish(request.actor, purpose, form.cleaned_data["text"])
                toast(request, _("第 %(n)d 版发布了，同意过的人要重新同意") % {"n": made.version})
            return redirect(back)
        except Refused as refusal:
            refuse(form, refusal)
    return form_page(
        request, form, title=_("%(what)s：新的一版") % {"what": one.title}, submit=_("发布这一版"),
        back=(_("先不发"), back),
        crumbs=[(_("同意书"), back)], lead=_("发布以后，同意过旧版的人要重新同意，在那以前不再收新的内容。"),
    )  # fmt: skip
