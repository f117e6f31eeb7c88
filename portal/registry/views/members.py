"""Pages of members: the roster, one person, and what is done with a membership."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import policy
from portal.core import plain, trail
from portal.kit import days, idcard, text
from portal.kit.access import access
from portal.kit.dialogs import dialog, toast
from portal.kit.forms import first_time, form_page, give_back, refuse
from portal.kit.refusal import Refused
from portal.kit.tables import Act, listing_page
from portal.registry.actions import members as actions
from portal.registry.checks import holds
from portal.registry.forms import EndForm, FindForm, MemberForm, NewMemberForm, PlainForm, TransferForm
from portal.registry.models import Member
from portal.registry.queries import people
from portal.registry.queries.duplicates import merges_of, survivor_of
from portal.registry.tables import MEMBERS
from portal.registry.views.drawing import drawn, posted

MASKS = {"document_number": text.mask_id, "phone": text.mask_phone, "card_number": text.mask_card}


def _visible(request: HttpRequest, member_id: int) -> Member:
    return get_object_or_404(Member.objects.visible_to(request.actor).select_related("organization"), pk=member_id)


def _writable(request: HttpRequest, member_id: int) -> Member:
    member = _visible(request, member_id)
    if not holds(request.actor, "member", "update", member.organization_id):
        raise Http404
    return member


def _may(request: HttpRequest, action: str) -> bool:
    return policy.scope(request.actor.role, "member", action) is not None


@access("member", "read", methods=("GET",))
def members(request: HttpRequest) -> HttpResponse:
    """The roster; a teacher is led to their own page."""
    if request.actor.role == "teacher":
        return redirect("registry:member", request.actor.member_id or 0)
    rows = Member.objects.visible_to(request.actor).select_related("organization")
    acts = [Act(_("按证件号找…"), reverse("registry:member_find"), icon="search", dialog=True)]
    if _may(request, "import"):
        acts.append(Act(_("导入…"), reverse("registry:import_new") + "?what=members", icon="upl"))
    if _may(request, "update"):
        acts.append(Act(_("登记会员"), reverse("registry:member_add"), primary=True))
    return listing_page(request, MEMBERS, rows, acts=acts)


@access("member", "read")
def member_find(request: HttpRequest) -> HttpResponse:
    """From a document's number to the person's page. By POST: numbers stay out of addresses and logs."""
    form = FindForm(posted(request))
    if form.is_valid():
        number = idcard.normalise(form.cleaned_data["number"])
        found = people.by_document(request.actor, number)
        trail.write(request.actor, "member.find", found, name=f"#{found.pk}" if found else "")
        if found:
            return redirect("registry:member", found.pk)
        form.add_error("number", _("你能看到的名册里没有这个证件号"))
    context = {"form": form, "back": reverse("registry:members")}
    return dialog(request, "registry/member_find.html", context, 422 if form.errors else 200)


@access("member", "read", methods=("GET",))
def member(request: HttpRequest, member_id: int) -> HttpResponse:
    """One person: facts, masked values, history, and what other rooms have about them."""
    actor = request.actor
    gone = Member.objects.filter(pk=member_id, merged_into__isnull=False).first()
    if gone is not None:
        # old links lead to the person that this one turned out to be, for those who may see that person
        return redirect("registry:member", _visible(request, survivor_of(gone).pk).pk)
    person = _visible(request, member_id)
    own = actor.member_id == person.pk
    may = {
        "edit": holds(actor, "member", "update", person.organization_id),
        "plain": holds(actor, "member", "plain", person.organization_id),
        "merge": holds(actor, "member", "merge", person.organization_id),
    }
    masked = [
        (name, str(label), MASKS[name](value) if (value := getattr(person, name)) else "")
        for name, label in actions.SECRET.items()
    ]
    context = {
        "person": person,
        "masked": masked,
        "stays": _stays(person),
        "merged": merges_of(person) if may["edit"] or may["merge"] else [],
        "may": may,
        "own": own,
        "age": _age(person),
        "looks": people.looks(person) if own or may["plain"] else [],
        "secret": {name: str(label) for name, label in actions.SECRET.items()},
        "panels": drawn(request, people.panels("MEMBER", actor, person)),
    }
    return render(request, "registry/member.html", context)


def _age(person: Member) -> int | None:
    if person.birth_date is None:
        return None
    today = days.today()
    born = person.birth_date
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _stays(person: Member) -> list[dict[str, str]]:
    """The history as lines, newest first: each stay gives its end and its beginning."""
    lines = []
    for stay in person.memberships.select_related("organization"):
        name = stay.organization.name
        if stay.left_on:
            lines.append(
                {"title": f"{stay.get_left_by_display()} {name}", "meta": days.short_date(stay.left_on), "mark": ""}
            )
        mark = "" if stay.left_on else "ok"
        lines.append(
            {"title": f"{stay.get_joined_by_display()} {name}", "meta": days.short_date(stay.joined_on), "mark": mark}
        )
    return lines


@access("member", "update")
def member_add(request: HttpRequest) -> HttpResponse:
    """Register one person."""
    if not request.actor.organization:
        raise Http404
    start = {"unit": request.actor.organization_id, "joined_on": days.today()}
    form = NewMemberForm(posted(request), actor=request.actor, initial=start)
    if form.is_valid():
        if not first_time(request):
            return redirect("registry:members")
        values = dict(form.cleaned_data)
        try:
            added = actions.add_member(request.actor, values.pop("unit"), values.pop("joined_on"), **values)
        except Refused as refusal:
            give_back(request)
            refuse(form, refusal)
        else:
            toast(request, _("登记好了"))
            return redirect("registry:member", added.pk)
    back = reverse("registry:members")
    return form_page(
        request, form, title=_("登记会员"), submit=_("登记这位会员"), back=(_("先不登记"), back),
        crumbs=[(_("会员名册"), back), (_("登记"), reverse("registry:member_add"))],
    )  # fmt: skip


@access("member", "update")
def member_edit(request: HttpRequest, member_id: int) -> HttpResponse:
    person = _writable(request, member_id)
    name, here = person.name, reverse("registry:member", args=[person.pk])
    form = MemberForm(posted(request), instance=person, initial={"version": person.version})
    if form.is_valid():
        try:
            actions.update_member(request.actor, person.pk, form.cleaned_data["version"], **form.changes())
        except Refused as refusal:
            refuse(form, refusal)
        else:
            toast(request, _("改好了"))
            return redirect(here)
    return form_page(
        request, form, title=_("改%(name)s的资料") % {"name": name}, submit=_("改好这些"), back=(_("先不改"), here),
        crumbs=[(_("会员名册"), reverse("registry:members")), (name, here)],
    )  # fmt: skip


@access("member", "update")
def member_transfer(request: HttpRequest, member_id: int) -> HttpResponse:
    """Move somebody to another union of one's own tree."""
    person = _writable(request, member_id)
    form = TransferForm(posted(request), actor=request.actor, initial={"on": days.today()})
    if form.is_valid() and first_time(request):
        try:
            actions.transfer(request.actor, person.pk, form.cleaned_data["to"], form.cleaned_data["on"])
        except Refused as refusal:
            give_back(request)
            refuse(form, refusal)
        else:
            toast(request, _("已转到%(name)s") % {"name": form.cleaned_data["to"].name})
            return redirect("registry:member", person.pk)
    context = {"form": form, "person": person, "back": reverse("registry:member", args=[person.pk])}
    return dialog(request, "registry/member_transfer.html", context, 422 if form.errors else 200)


@access("member", "update")
def member_end(request: HttpRequest, member_id: int) -> HttpResponse:
    """Retirement or leaving."""
    person = _writable(request, member_id)
    form = EndForm(posted(request), initial={"on": days.today()})
    if form.is_valid() and first_time(request):
        try:
            actions.end_membership(request.actor, person.pk, form.cleaned_data["on"], form.cleaned_data["how"])
        except Refused as refusal:
            give_back(request)
            refuse(form, refusal)
        else:
            messages.success(request, _("办好了，%(name)s不再计入在会人数") % {"name": person.name})
            return redirect("registry:member", person.pk)
    context = {"form": form, "person": person, "back": reverse("registry:member", args=[person.pk])}
    return dialog(request, "registry/member_end.html", context, 422 if form.errors else 200)


@access("member", "plain")
def member_plain(request: HttpRequest, member_id: int, field: str) -> HttpResponse:
    """One protected value of one person, for a stated purpose. GET asks why, only a POST shows it, nothing keeps it."""
    person = _visible(request, member_id)
    if not holds(request.actor, "member", "plain", person.organization_id) or not getattr(person, field, None):
        raise Http404
    if field not in actions.SECRET:
        raise Http404
    form = PlainForm(posted(request))
    context = {
        "form": form,
        "person": person,
        "label": actions.SECRET[field],
        "left": plain.left(request.actor),
        "back": reverse("registry:member", args=[person.pk]),
    }
    if form.is_valid():
        try:
            value = actions.view_plain(request.actor, person, field, form.said)
        except Refused as refusal:
            refuse(form, refusal)
        else:
            context |= {"value": value, "left": plain.left(request.actor)}
            return dialog(request, "registry/member_plain_shown.html", context)
    return dialog(request, "registry/member_plain.html", context, 422 if form.errors else 200)
