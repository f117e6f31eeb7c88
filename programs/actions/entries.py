"""An entry's beginning, its attachments and its rank. What is typed into it is saved in ``programs.actions.drafts``."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal.core import files, trail
from portal.core.actor import Actor
from portal.kit import days, pinyin
from portal.kit.refusal import Refused
from portal.registry.models import Member
from programs import duties
from programs.actions.moves import lock
from programs.models import Attachment, Call, Category, Entry
from programs.queries import entries
from programs.queries.answers import clean_rows
from programs.spec import Duty


def read_path(path: str, member: Member | None, organization: Any) -> Any:
    """What ``Field.fill`` names (``member.title``, ``organization.name``); dates as ISO text, labels of choices."""
    source, _dot, name = path.partition(".")
    row = member if source == "member" else organization
    if row is None:
        return ""
    display = getattr(row, f"get_{name}_display", None)
    value = display() if display else getattr(row, name)
    return value.isoformat() if hasattr(value, "isoformat") else value if isinstance(value, int) else str(value or "")


def may_write(by: Actor, entry: Entry) -> None:
    """Refuse whoever may not write this entry now."""
    if not duties.holds(by, Duty.OWNER, entry):
        raise Refused(_("这一件归%(unit)s填") % {"unit": entry.organization.name})
    if not entry.editable:
        raise Refused(_("现在是“%(state)s”，不能改") % {"state": entry.get_state_display()})


def _called(call: Call, typed: str, member: Member | None, by: Actor) -> str:
    """The name of what is put forward: typed, the person's, or the acting unit's own."""
    if call.program.subject == "organization":
        return by.organization.name
    name = typed.strip() or (member.name if member else "")
    if not name:
        raise Refused(_("请写%(name)s") % {"name": call.program.called.name}, "subject")
    return name


@transaction.atomic
def start_entry(by: Actor, call: Call, category: Category, member: Member | None, subject: str = "") -> Entry:
    """Begin a nomination by the acting unit; what the registry knows is filled in, so that nobody retypes it."""
    if by.role not in duties.HOLDERS[Duty.OWNER]:
        raise Refused(_("这个身份不能申报"))
    if call.state != Call.State.PUBLISHED:
        raise Refused(_("还没有发布"))
    if not by.organization.active:
        raise Refused(_("%(unit)s已经停用，不能再报新的") % {"unit": by.organization.name})
    if call.program.subject == "member" and member is None:
        raise Refused(_("请从花名册里选一个人"), "member")
    member = member if call.program.called.head else None
    subject = _called(call, subject, member, by)
    entry = Entry(
        call=call, category=category, organization=by.organization, desk=by.organization, member=member,
        subject=subject, created_by=by.user, desk_since=days.now(),
    )  # fmt: skip
    entry.pinyin, entry.initials = pinyin.keys(subject)
    for one in call.fields:
        if one.fill:
            entry.data[one.name] = read_path(one.fill, member, by.organization)
        elif first := {c.name: read_path(c.fill, member, by.organization) for c in one.columns if c.fill}:
            entry.data[one.name] = clean_rows(one, [first])
    entry.save()
    trail.write(by, "entry.start", entry, change={"call": call.pk, "category": category.key})
    return entry


@transaction.atomic
def attach(by: Actor, entry_id: int, item_name: str, uploaded) -> Attachment:
    """Add a file to the checklist; a full line is replaced, and so is a signed print of what the entry said before.

    A signed print keeps the digest of what it was printed from.
    """
    entry = lock(entry_id)
    may_write(by, entry)
    item = next((one for one in entry.call.materials if one.name == item_name), None)
    if item is None:
        raise Refused(_("没有这一样材料"))
    there = entries.files(entry)
    stored = files.store(uploaded, by, item.kinds, sum(one.file.size for one in there))
    digest = entries.content_digest(entry) if item.printed else ""
    old = [one for one in there if one.item == item_name]
    gone = [one for one in old if item.printed and one.digest != digest]
    old = [one for one in old if one not in gone]
    for one in gone + old[: max(0, len(old) - item.limit + 1)]:
        one.delete()
    attachment = Attachment.objects.create(entry=entry, item=item_name, file=stored, digest=digest, added_by=by.user)
    trail.write(by, "entry.attach", entry, change={"item": item_name, "sha256": stored.sha256})
    return attachment


@transaction.atomic
def detach(by: Actor, entry_id: int, attachment_id: int) -> None:
    """Take a file off the checklist; revisions that were handed in with it keep its digest."""
    entry = lock(entry_id)
    may_write(by, entry)
    attachment = entry.attachments.get(pk=attachment_id)
    trail.write(by, "entry.detach", entry, change={"item": attachment.item, "sha256": attachment.file.sha256})
    attachment.delete()
