"""Asking for a list with personal data, saying yes or no, handing it out once."""

import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from portal.accounts.models import Post
from portal.core import files, jobs, outbox, trail
from portal.core.actor import Actor
from portal.core.models import StoredFile
from portal.kit import days
from portal.kit.refusal import Refused
from portal.privacy.models import DECIDERS, ExportRequest
from portal.registry.models import Organization

State = ExportRequest.State
SHORTEST = 4


def deciders(organization: Organization, person: str) -> list:
    """Accounts of the nearest level, from here upward, at which another person may decide."""
    for unit in reversed(organization.route()):
        posts = Post.objects.current().filter(organization=unit, role__in=DECIDERS, user__is_active=True)
        found = {post.user for post in posts.select_related("user") if Actor(post.user, post).person != person}
        if found:
            return sorted(found, key=lambda user: user.pk)
    return []


@transaction.atomic
def ask(
    by: Actor, listing: str, resource: str, title: str, columns: list[str], count: int, query: str, purpose: str
) -> ExportRequest:
    """Ask for a list; whoever may decide is told. Raises Refused without a purpose, or when nobody could decide."""
    if len(purpose.strip()) < SHORTEST:
        raise Refused(_("请写明用来做什么，至少 %(n)d 个字") % {"n": SHORTEST}, "purpose")
    others = deciders(by.organization, by.person)
    if not others:
        raise Refused(
            _("%(unit)s和上级都没有别人能批，请先设一个主席或工作人员的岗位") % {"unit": by.organization.short}
        )
    made = ExportRequest.objects.create(
        listing=listing, resource=resource, title=title[:100], columns=columns, count=count, query=query,
        purpose=purpose.strip(), organization=by.organization, requested_by=by.user, requested_post=by.post.pk,
        requested_person=by.person, requested_at=days.now(),
    )  # fmt: skip
    trail.write(by, "export.ask", made, note=made.purpose, change={"rows": count, "columns": columns})
    subject = _("%(who)s要导出%(title)s，等你批") % {"who": by.user.name, "title": title}
    outbox.tell(others, subject, made.purpose, made.get_absolute_url(), f"export-{made.pk}-asked")
    return made


def why_not(actor: Actor, request: ExportRequest) -> str:
    """Why this actor may not decide on it; "" when they may."""
    if request.state != State.ASKED:
        return _("已经定过了：%(state)s") % {"state": request.get_state_display()}
    if actor.person == request.requested_person or actor.user == request.requested_by:
        return _("自己要的，要另一个人批")
    reaches = actor.tree_ids is None or request.organization_id in actor.tree_ids
    if actor.role not in DECIDERS or not reaches:
        return _("要%(unit)s或上级的主席、工作人员批") % {"unit": request.organization.short}
    return ""


@transaction.atomic
def decide(by: Actor, request_id: int, yes: bool, note: str = "") -> ExportRequest:
    """Say yes, which starts the work in the requester's name and rights of then, or no with a reason."""
    request = ExportRequest.objects.select_for_update().get(pk=request_id)
    if reason := why_not(by, request):
        raise Refused(reason)
    if not yes and len(note.strip()) < SHORTEST:
        raise Refused(_("请写明为什么不批，至少 %(n)d 个字") % {"n": SHORTEST}, "note")
    request.decided_by, request.decided_person, request.decided_at = by.user, by.person, days.now()
    request.note, request.state = note.strip(), State.APPROVED if yes else State.REFUSED
    if yes:
        title = _("导出%(title)s，%(n)s 行") % {"title": request.title, "n": f"{request.count:,}"}
        # the work is the requester's: it runs in their post, and ends when that has ended
        asker = Actor(request.requested_by, Post.objects.get(pk=request.requested_post))
        request.job = jobs.start("privacy.export", asker, title, {"request": request.pk}, queue="documents")
    request.save()
    trail.write(by, "export.approve" if yes else "export.refuse", request, note=request.note)
    word = _("批了，正在做") if yes else _("没批：%(why)s") % {"why": request.note}
    _tell(request, _("你要的%(title)s%(word)s") % {"title": request.title, "word": word}, "decided")
    return request


def _tell(request: ExportRequest, subject: str, key: str) -> None:
    outbox.tell([request.requested_by], subject, "", request.get_absolute_url(), f"export-{request.pk}-{key}")


@transaction.atomic
def made(by: Actor, request: ExportRequest, stored: StoredFile, rows: int) -> None:
    """The file lies there: for so many hours, and for one taking."""
    hours = settings.EXPORT_LINK_HOURS
    ExportRequest.objects.filter(pk=request.pk, state=State.APPROVED).update(
        state=State.READY, file=stored, rows=rows, sha256=stored.sha256,
        expires_at=days.now() + datetime.timedelta(hours=hours),
    )  # fmt: skip
    change = {"rows": rows, "columns": request.columns, "sha256": stored.sha256, "request": request.pk}
    trail.write(by, "list.export", request, note=request.purpose, change=change, name=request.listing)
    subject = _("%(title)s做好了，%(n)d 小时内取一次") % {"title": request.title, "n": hours}
    _tell(request, subject, "made")


@transaction.atomic
def failed(request_id: int, reason: str) -> None:
    """The work could not be done: the right has ended, most of the time."""
    request = ExportRequest.objects.select_for_update().get(pk=request_id)
    request.state, request.note = State.FAILED, reason[:200]
    request.save(update_fields=["state", "note"])
    trail.write(Actor(), "export.failed", request, note=reason)
    _tell(request, _("%(title)s没做成：%(why)s") % {"title": request.title, "why": reason}, "failed")


@transaction.atomic
def fetch(by: Actor, request_id: int) -> StoredFile:
    """Hand the file to the person who asked, once. Raises Refused when it was taken or its time is over."""
    now = days.now()
    request = ExportRequest.objects.select_for_update(of=("self",)).select_related("file").get(pk=request_id)
    if request.state == State.FETCHED:
        raise Refused(
            _("%(at)s 已经取过，只能取一次。还要就重新申请") % {"at": days.short_datetime(request.fetched_at)}
        )
    if request.state != State.READY or request.expires_at <= now or request.file is None:
        raise Refused(_("这份名单取不了：%(state)s") % {"state": request.get_state_display()})
    request.state, request.fetched_at = State.FETCHED, now
    request.save(update_fields=["state", "fetched_at"])
    trail.write(by, "export.fetch", request, change={"sha256": request.sha256})
    return request.file


def expire() -> int:
    """What nobody decided or took in time; the bytes of what was taken go too. Returns how many expired."""
    now = days.now()
    late = now - datetime.timedelta(days=settings.EXPORT_REQUEST_DAYS)
    for request_id in ExportRequest.objects.filter(state=State.APPROVED, job__state="failed").values_list(
        "pk", flat=True
    ):
        failed(request_id, _("做的时候几次中断"))
    over = Q(state=State.READY, expires_at__lte=now) | Q(state=State.ASKED, requested_at__lte=late)
    count = 0
    for request in ExportRequest.objects.filter(over).select_related("requested_by"):
        with transaction.atomic():
            if ExportRequest.objects.filter(pk=request.pk, state=request.state).update(state=State.EXPIRED):
                trail.write(Actor(), "export.expire", request)
                _tell(request, _("%(title)s过期了，还要就重新申请") % {"title": request.title}, "expired")
                count += 1
    gone = Q(state=State.EXPIRED) | Q(state=State.FETCHED, fetched_at__lte=now - datetime.timedelta(minutes=10))
    for request in ExportRequest.objects.filter(gone, file__isnull=False).select_related("file"):
        files.discard(request.file)
        ExportRequest.objects.filter(pk=request.pk).update(file=None, query="")
    return count
