"""Pages of unions: the tree, one unit, the list."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import policy
from portal.core.calendar import current
from portal.kit import days
from portal.kit.access import access
from portal.kit.dialogs import toast
from portal.kit.forms import form_page, refuse
from portal.kit.refusal import Refused
from portal.kit.tables import Act, listing_page
from portal.registry.actions.organizations import WRITABLE, update_organization
from portal.registry.checks import holds, may_change
from portal.registry.forms_units import OrganizationForm
from portal.registry.models import Kind, Organization
from portal.registry.models.organizations import BELOW
from portal.registry.queries import history, people, tree
from portal.registry.tables import ORGANIZATIONS
from portal.registry.views.changes import timeline
from portal.registry.views.drawing import drawn, posted


def _visible(request: HttpRequest, organization_id: int) -> Organization:
    rows = Organization.objects.visible_to(request.actor).select_related("parent")
    return get_object_or_404(rows, pk=organization_id)


@access("organization", "read", methods=("GET",))
def home(request: HttpRequest) -> HttpResponse:
    """One's own unit; the root for those who stand beside the tree."""
    rows = Organization.objects.visible_to(request.actor)
    own = rows.filter(pk=request.actor.organization_id).first() or rows.order_by("parent_id", "pk").first()
    if own is None:
        raise Http404
    return redirect("registry:organization", own.pk)


@access("organization", "read", methods=("GET",))
def organization(request: HttpRequest, organization_id: int) -> HttpResponse:
    """The unit's page with the tree opened at it."""
    unit = _visible(request, organization_id)
    actor = request.actor
    may = {
        "edit": unit.active and holds(actor, "organization", "update", unit.pk),
        "change": may_change(actor, unit),
        "members": holds(actor, "member", "read", unit.pk),
        "hand_over": actor.role == "officer",
        "posts": policy.scope(actor.role, "post", "read") is not None,
        "import": policy.scope(actor.role, "organization", "import") is not None,
        "add": unit.active and holds(actor, "organization", "change", unit.pk) and bool(BELOW[unit.kind]),
    }
    posts = unit.posts.visible_to(actor).current().select_related("user") if may["posts"] else []
    route = tree.route_to(unit, actor)
    root = tree.tree_to(route, actor)
    ended = None if unit.active else history.closing(unit)
    context = {
        "unit": unit,
        "ended": ended,
        "heir_opens": ended is not None and Organization.objects.visible_to(actor).filter(pk=ended.other_id).exists(),
        "route": route[:-1],
        "root": root,
        "attention": tree.attention(actor),
        "figures": people.figures(unit) if may["members"] else None,
        "below": next((line.count for line in root.walk() if line.current), 0),
        "moves": people.moves_this_year(unit) if may["members"] else None,
        "handed_over": ("chair", "clerk"),
        "term": _term(unit) if unit.active else None,
        "events": timeline(unit),
        "posts": posts,
        "may": may,
        "panels": drawn(request, people.panels("ORGANIZATION", actor, unit)),
    }
    return render(request, "registry/organization.html", context)


def _term(unit: Organization) -> dict[str, str] | None:
    """The warning about the committee's term, with the working days that are left."""
    until = unit.term_until
    if until is None or unit.kind in (Kind.DEPARTMENT, Kind.GROUP):
        return None
    today = days.today()
    day = days.short_date(until)
    if until < today:
        months = (today - until).days // 30
        late = _("已经 %(n)d 个月") % {"n": months} if months else _("刚过期")
        return {"kind": "bad", "text": _("本届委员会 %(day)s 到期，%(late)s没改选。") % {"day": day, "late": late}}
    if until - today < tree.SOON:
        left = current().workdays_left(days.now(), days.end_of_day(until))
        text = _("本届委员会 %(day)s 到期，还剩 %(n)d 个工作日。") % {"day": day, "n": left}
        return {"kind": "warn", "text": text}
    return None


@access("organization", "read", methods=("GET",))
def branch(request: HttpRequest, organization_id: int) -> HttpResponse:
    """The lines below one line of the tree, fetched when it opens."""
    unit = _visible(request, organization_id)
    kind = request.GET.get("kind", "")
    if kind and kind not in Kind.values:
        raise Http404
    return render(request, "registry/_branch.html", {"node": tree.branch(unit, request.actor, kind)})


@access("organization", "read", methods=("GET",))
def find(request: HttpRequest) -> HttpResponse:
    """What the box above the tree finds; a fragment for htmx, a page without script."""
    text = request.GET.get("q", "").replace("\x00", "")  # PostgreSQL refuses a NUL
    context = {"found": tree.find_units(text, request.actor), "q": text}
    fragment = request.headers.get("HX-Request") == "true"
    return render(request, "registry/_found.html" if fragment else "registry/found.html", context)


@access("organization", "read", methods=("GET",))
def organizations(request: HttpRequest) -> HttpResponse:
    rows = Organization.objects.visible_to(request.actor).filter(active=True).select_related("parent")
    acts = [Act(_("看成树"), reverse("registry:home"), icon="list")]
    if policy.scope(request.actor.role, "organization", "import"):
        acts.append(Act(_("导入…"), reverse("registry:import_new") + "?what=organizations", icon="upl"))
    crumbs = [(_("组织"), reverse("registry:home")), (_("名单"), reverse("registry:organizations"))]
    return listing_page(request, ORGANIZATIONS, rows, acts=acts, crumbs=crumbs)


@access("organization", "update")
def organization_edit(request: HttpRequest, organization_id: int) -> HttpResponse:
    unit = _visible(request, organization_id)
    if not unit.active or not holds(request.actor, "organization", "update", unit.pk):
        raise Http404
    name = unit.name  # the form writes into the instance while it checks
    form = OrganizationForm(posted(request), instance=unit, initial={"version": unit.version})
    if form.is_valid():
        version = form.cleaned_data.pop("version")
        values = {field: form.cleaned_data[field] for field in WRITABLE}
        try:
            update_organization(request.actor, unit.pk, version, **values)
        except Refused as refusal:
            refuse(form, refusal)
        else:
            toast(request, _("改好了"))
            return redirect("registry:organization", unit.pk)
    here = reverse("registry:organization", args=[unit.pk])
    return form_page(
        request, form, title=_("改%(name)s的资料") % {"name": name}, submit=_("改好这些"), back=(_("先不改"), here),
        crumbs=[(_("组织"), reverse("registry:home")), (name, here)],
    )  # fmt: skip
