"""Public notices and objections."""

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.core import files, outbox, trail
from portal.core.actor import SYSTEM, Actor
from portal.core.calendar import current
from portal.kit import days
from portal.kit.refusal import Refused
from portal.kit.text import mask_name
from programs.actions.moves import make_move, stop_at
from programs.checks.ratios import issuing
from programs.models import Call, Entry, Notice, NoticeLine, Objection
from programs.queries import posts
from programs.queries.lists import slate_of
from programs.spec import State


@transaction.atomic
def draft_notice(by: Actor, call: Call, title: str, number: str, body: str, contact: dict[str, str]) -> Notice:
    """Prepare a notice over everything on the slate; the working days come from the edition's frozen figures."""
    if call.owner_id != by.organization_id:
        raise Refused(_("这项评选不归你们主办"))
    if not Entry.objects.filter(call=call, state=State.SHORTLIST).exists():
        raise Refused(_("拟定名单里还没有人，先把推荐列入名单"))
    notice = Notice.objects.create(
        call=call, title=title, number=number, body=body, contact=contact, days=call.param("notice_days"),
        first_day_counts=bool(call.param("notice_first_day")), created_by=by.user,
    )  # fmt: skip
    trail.write(by, "notice.draft", notice)
    return notice


@transaction.atomic
def change_notice(by: Actor, notice_id: int, title: str, number: str, body: str, contact: dict[str, str]) -> Notice:
    """Mend the words of a draft; what is on public notice cannot be changed."""
    notice = _draft(by, notice_id)
    notice.title, notice.number, notice.body, notice.contact = title, number, body, contact
    notice.save()
    trail.write(by, "notice.change", notice)
    return notice


@transaction.atomic
def drop_notice(by: Actor, notice_id: int) -> None:
    """Throw a draft away; the slate stays as it is."""
    notice = _draft(by, notice_id)
    trail.write(by, "notice.drop", notice)
    notice.delete()


def _draft(by: Actor, notice_id: int) -> Notice:
    notice = Notice.objects.select_for_update(of=("self",)).select_related("call").get(pk=notice_id)
    if notice.call.owner_id != by.organization_id:
        raise Refused(_("这项评选不归你们主办"))
    if notice.state != Notice.State.DRAFT:
        raise Refused(_("已经公示，文字不能再改"))
    return notice


def shown_name(call: Call, entry: Entry) -> str:
    """The name as the public reads it: a person's is masked where the edition says so, a collective's never is."""
    masked = call.program.subject == "member" and call.param("notice_masks")
    return mask_name(entry.subject) if masked else entry.subject


def shown_detail(call: Call, entry: Entry) -> str:
    """The answers that the edition marks as public, in one line."""
    values = (entry.data.get(one.name) for one in call.fields if one.public)
    return "，".join(str(value) for value in values if value)[:120]


@transaction.atomic
def post_notice(by: Actor, notice_id: int) -> Notice:
    """Open the window today: freezes the public words and moves every entry of the slate to 公示中."""
    notice = Notice.objects.select_for_update().select_related("call").get(pk=notice_id)
    if notice.state != Notice.State.DRAFT:
        raise Refused(_("这份公示已经发出"))
    call = notice.call
    slate = Entry.objects.filter(call=call, state=State.SHORTLIST).select_related("organization", "category")
    slate = slate.order_by("category__order", "pinyin", "id")
    lines = []
    for order, entry in enumerate(slate, 1):
        detail = shown_detail(call, entry)
        lines.append(
            NoticeLine(notice=notice, entry=entry, order=order, name=shown_name(call, entry), detail=detail,
                       unit=entry.organization.name, category=entry.category.name)
        )  # fmt: skip
    if not lines:
        raise Refused(_("拟定名单里还没有人，先把推荐列入名单"))
    stop_at(issuing(call, slate_of(call)))
    NoticeLine.objects.bulk_create(lines)
    for line in lines:
        make_move(line.entry_id, "publish", by=by, through="notice")
    today = days.today()
    notice.starts_on, notice.posted_at, notice.state = today, days.now(), Notice.State.POSTED
    notice.ends_on = current().add_workdays(today, notice.days, notice.first_day_counts)
    notice.save()
    trail.write(by, "notice.post", notice, change={"entries": len(lines), "ends_on": str(notice.ends_on)})
    return notice


@transaction.atomic
def end_notice(notice_id: int, by: Actor = SYSTEM) -> Notice:
    """Close a notice whose window has run. Safe to repeat; refuses before the last day is over."""
    notice = Notice.objects.select_for_update().get(pk=notice_id)
    if notice.state != Notice.State.POSTED:
        return notice
    if days.today() <= notice.ends_on:
        raise Refused(_("%(day)s 24:00 才期满") % {"day": days.short_date(notice.ends_on)})
    notice.state, notice.ended_at = Notice.State.ENDED, days.now()
    notice.result = _("公示期满，收到异议 %(n)d 件") % {"n": notice.objections.count()}
    notice.save()
    trail.write(by, "notice.end", notice)
    owners = posts.holders(notice.call.owner_id, ["officer", "leader"])
    outbox.tell(owners, _("公示期满：%(title)s") % {"title": notice.title}, notice.result, notice.get_absolute_url(),
                f"notice-end-{notice.pk}")  # fmt: skip
    return notice


@transaction.atomic
def archive_notice(by: Actor, notice_id: int) -> Notice:
    """Take the names off the public page (they end by themselves, rule 36); the record stays."""
    notice = Notice.objects.select_for_update().get(pk=notice_id)
    if notice.state != Notice.State.ENDED:
        raise Refused(_("期满以后才能归档"))
    notice.state = Notice.State.ARCHIVED
    notice.save()
    trail.write(by, "notice.archive", notice)
    return notice


@transaction.atomic
def object_to(
    notice: Notice, line: NoticeLine | None, kind: str, text: str, name: str = "", contact: str = "", evidence=None,
    by: Actor = SYSTEM,
) -> Objection:  # fmt: skip
    """Take an objection from anybody. A named or a unit's one holds its entry at once, an anonymous one later."""
    if notice.state != Notice.State.POSTED or days.today() > notice.ends_on:
        raise Refused(_("公示已经期满，不再接受异议；请打公示页上的电话"))
    if kind != Objection.Kind.ANONYMOUS and not (name.strip() and contact.strip()):
        raise Refused(_("实名和单位的异议要留姓名和联系方式，才能答复您"), "name" if not name.strip() else "contact")
    if len(text.strip()) < 10:
        raise Refused(_("请写明什么事、什么证据，至少 10 个字"), "text")
    stored = files.store(evidence, by) if evidence else None
    objection = Objection.objects.create(
        notice=notice, line=line, kind=kind, text=text.strip(), name=name.strip(), contact=contact.strip(),
        evidence=stored,
    )  # fmt: skip
    if line and kind != Objection.Kind.ANONYMOUS:
        _hold(line.entry_id)
    trail.write(by, "objection.receive", objection, change={"kind": kind, "entry": line.entry_id if line else None})
    users = posts.holders(notice.call.owner_id, ["supervisor"])
    page = reverse("programs:objection", args=[objection.pk])
    outbox.tell(users, _("收到一件异议"), _("公示期满前要答复"), page, f"objection-{objection.pk}")
    return objection


@transaction.atomic
def review_objection(by: Actor, objection_id: int, state: str, answer: str, version: int) -> Objection:
    """Accept, decline, uphold or dismiss. Closing needs an answer; dismissing the last open one frees the entry."""
    objection = (
        Objection.objects.select_for_update(of=("self",))
        .select_related("line__entry", "notice__call")
        .get(pk=objection_id)
    )
    allowed: dict[str, tuple[str, ...]] = {
        "received": ("accepted", "declined"),
        "accepted": ("upheld", "dismissed"),
    }
    if objection.version != version:
        raise Refused(_("刚有人办过这件异议，请看过新的再办"))
    if state not in allowed.get(objection.state, ()):
        raise Refused(_("现在是“%(state)s”，不能这样办") % {"state": objection.get_state_display()})
    if by.role != "supervisor" or objection.notice.call.owner_id != by.organization_id:
        raise Refused(_("异议由监督人员办理"))
    entry = objection.line.entry if objection.line else None
    if entry and entry.member_id and entry.member_id == by.member_id:
        raise Refused(_("这是你本人的事，请别人办"))
    if state != "accepted" and not answer.strip():
        raise Refused(_("办结要写答复"), "answer")
    objection.state, objection.answer, objection.version = state, answer.strip(), objection.version + 1
    if state != "accepted":
        objection.closed_at = days.now()
    objection.save()
    if entry:
        _hold(entry.pk)
    trail.write(by, f"objection.{state}", objection, change={"entry": entry.pk if entry else None})
    if entry and state == "upheld":
        leaders = posts.holders(objection.notice.call.owner_id, ["leader"])
        subject = _("异议成立，请定：%(name)s") % {"name": entry.subject}
        outbox.tell(leaders, subject, "", entry.get_absolute_url(), f"upheld-{objection.pk}")
    return objection


def _hold(entry_id: int) -> None:
    """Set or lift the hold according to the objections that stand against the entry now."""
    entry = Entry.objects.select_for_update().get(pk=entry_id)
    against: Any = Objection.objects.filter(line__entry=entry)
    open_ones = against.filter(state__in=Objection.OPEN).exclude(state="received", kind="anonymous")
    held = open_ones.exists() or against.filter(state="upheld").exists()
    if entry.held != held:
        entry.held, entry.version = held, entry.version + 1
        entry.save(update_fields=["held", "version", "updated_at"])
