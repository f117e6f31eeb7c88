"""Writing members and their history."""

import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal.core import plain, trail
from portal.core.actor import Actor
from portal.kit import crypto, pinyin
from portal.kit.refusal import Refused
from portal.registry.models import Member, Membership, Organization

WRITABLE = (
    "name", "sex", "birth_date", "politics", "title", "position", "rank", "personnel", "hired_on", "phone",
    "card_number",
)  # fmt: skip
#: Fields that may be shown in plain, one at a time, for a stated purpose.
SECRET = {"document_number": _("证件号码"), "phone": _("手机"), "card_number": _("卡号")}


def fill_keys(member: Member) -> None:
    """Keep the search keys beside the name; the blind indexes keep themselves."""
    member.pinyin, member.initials = pinyin.keys(member.name)


@transaction.atomic
def add_member(
    by: Actor,
    organization: Organization,
    joined_on: datetime.date,
    joined_by: str = Membership.Joined.JOIN,
    **values: Any,
) -> Member:
    """Register a person in a union. Raises Refused when the document is registered already."""
    member = Member(organization=organization, **values)
    fill_keys(member)
    if Member.objects.filter(document_index__in=crypto.blinds(member.document_number, "document")).exists():
        raise Refused(_("这个证件号已经登记过，请查会员名册，需要的话办转会"), "document_number")
    try:
        with transaction.atomic():
            member.save()
    except IntegrityError as problem:
        raise Refused(_("这个证件号刚被登记，请查会员名册"), "document_number") from problem
    Membership.objects.create(member=member, organization=organization, joined_on=joined_on, joined_by=joined_by)
    trail.write(by, "member.add", member, change={"organization": organization.pk}, name=f"#{member.pk}")
    return member


@transaction.atomic
def update_member(by: Actor, member_id: int, version: int, **values: Any) -> Member:
    """Change a person's data; the record names the fields, not the values."""
    member = Member.objects.select_for_update().get(pk=member_id)
    if member.version != version:
        raise Refused(_("刚有人改过这个人的资料，你看到的是旧的。请看过新的再改"))
    changed = [name for name in WRITABLE if name in values and getattr(member, name) != values[name]]
    for name in changed:
        setattr(member, name, values[name])
    if changed:
        fill_keys(member)
        member.version += 1
        member.save()
        trail.write(by, "member.update", member, change={"fields": changed}, name=f"#{member.pk}")
    return member


@transaction.atomic
def transfer(by: Actor, member_id: int, to: Organization, on: datetime.date) -> Membership:
    """Close the open membership and open one at ``to``. Raises Refused when the person is there already."""
    member = Member.objects.select_for_update().get(pk=member_id)
    if member.organization_id == to.pk and member.active:
        raise Refused(_("这个人已经在%(name)s了") % {"name": to.name})
    Membership.objects.filter(member=member, left_on__isnull=True).update(left_on=on, left_by=Membership.Left.TRANSFER)
    stay = Membership.objects.create(member=member, organization=to, joined_on=on, joined_by=Membership.Joined.TRANSFER)
    change = {"from": member.organization_id, "to": to.pk}
    member.organization, member.active, member.version = to, True, member.version + 1
    member.save()
    trail.write(by, "member.transfer", member, change=change, name=f"#{member.pk}")
    return stay


@transaction.atomic
def end_membership(by: Actor, member_id: int, on: datetime.date, how: str) -> Member:
    """Retirement or leaving: closes the open membership."""
    member = Member.objects.select_for_update().get(pk=member_id)
    closed = Membership.objects.filter(member=member, left_on__isnull=True).update(left_on=on, left_by=how)
    if not closed:
        raise Refused(_("这个人现在不在任何工会里"))
    member.active = False
    if how == Membership.Left.RETIRE:
        member.personnel = Member.Personnel.RETIRED
    member.version += 1
    member.save()
    trail.write(by, "member.end", member, change={"how": how}, name=f"#{member.pk}")
    return member


def view_plain(by: Actor, member: Member, field: str, purpose: str) -> str:
    """Return one protected value in plain, after writing who looked, at whose, which field and why (P-PI3)."""
    if field not in SECRET:
        raise Refused(_("没有这一项"))
    plain.look(by, "member.plain", member, field, purpose, name=f"#{member.pk}")
    return getattr(member, field)
