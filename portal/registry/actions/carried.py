"""What the registry itself carries along with a union: its members, and the unions below it."""

from django.db.models import F
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from portal.core import trail
from portal.core.actor import Actor
from portal.registry.carrying import Asked, Load
from portal.registry.models import Member, Membership, Organization, OrganizationChange

_SHOWN = 5


def look_members(asked: Asked) -> Load:
    """Those in force. A dissolved union without an heir ends their membership."""
    if not asked.closes:
        return Load()
    rows = Member.objects.filter(organization=asked.unit)
    active = rows.filter(active=True).count()
    if asked.other is None:
        told = (_("没有接收的工会，会籍到这天为止，登记为离会"),) if active else ()
        return Load(active, told)
    gone = rows.count() - active
    told = (_("另有退休、离会的 %(n)d 人，档案一起过去") % {"n": gone},) if gone else ()
    return Load(active + gone, told)


def carry_members(by: Actor, asked: Asked) -> int:
    """Close the open memberships on the day, open new ones with the heir; three statements for any number."""
    unit, heir = asked.unit, asked.other
    members = list(Member.objects.select_for_update().filter(organization=unit).order_by("pk"))
    stays = Membership.objects.filter(member__organization=unit, left_on__isnull=True)
    joined = dict(stays.values_list("member_id", Greatest(F("joined_on"), asked.on)))
    left_by = Membership.Left.TRANSFER if heir else Membership.Left.LEAVE
    stays.update(left_on=Greatest(F("joined_on"), asked.on), left_by=left_by)
    rows = Member.objects.filter(pk__in=[one.pk for one in members])
    if heir is None:
        members = [one for one in members if one.active]
        rows.filter(active=True).update(active=False, version=F("version") + 1)
    else:
        fresh = [
            Membership(member_id=pk, organization=heir, joined_on=day, joined_by=Membership.Joined.TRANSFER)
            for pk, day in joined.items()
        ]
        Membership.objects.bulk_create(fresh, batch_size=1000)
        rows.update(organization=heir, version=F("version") + 1)
    act = "member.transfer" if heir else "member.end"
    change = {"from": unit.pk, "to": heir.pk if heir else None, "by": asked.kind}
    trail.write_many(by, ((act, one, change, f"#{one.pk}") for one in members))
    return len(members)


def look_children(asked: Asked) -> Load:
    """The unions below. A merged union's go to the heir; a dissolved one must have none."""
    if not asked.closes:
        return Load()
    below = Organization.objects.filter(parent=asked.unit, active=True).order_by("pinyin")
    names = list(below.values_list("name", flat=True))
    if not names:
        return Load()
    if asked.kind == OrganizationChange.Kind.DISSOLVE:
        told = _("下面还有 %(n)d 家：%(names)s，先并掉或移走") % {"n": len(names), "names": "、".join(names[:_SHOWN])}
        return Load(blocks=(told,))
    twice = set(Organization.objects.filter(parent=asked.other).values_list("name", flat=True)) & set(names)
    told = _("两边都有叫“%(names)s”的，先改名") % {"names": "、".join(sorted(twice)[:_SHOWN])}
    return Load(len(names), tuple(names[:_SHOWN]), (told,) if twice else ())


def carry_children(by: Actor, asked: Asked) -> int:
    """Hang what is below the union below its heir, each with its own line of history."""
    below = list(Organization.objects.select_for_update(of=("self",)).filter(parent=asked.unit, active=True))
    OrganizationChange.objects.bulk_create(
        OrganizationChange(
            organization=one, kind=OrganizationChange.Kind.MOVE, on=asked.on, old_parent=asked.unit, other=asked.other,
            reason=_("%(name)s并入%(heir)s") % {"name": asked.unit.name, "heir": asked.other}, by=by.user,
        )
        for one in below
    )  # fmt: skip
    Organization.objects.filter(pk__in=[one.pk for one in below]).update(parent=asked.other, version=F("version") + 1)
    change = {"from": asked.unit.pk, "other": asked.other.pk if asked.other else None}
    trail.write_many(by, (("organization.move", one, change, "") for one in below))
    return len(below)
