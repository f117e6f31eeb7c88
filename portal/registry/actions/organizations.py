"""Writing organisations."""

import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal.core import trail
from portal.core.actor import Actor
from portal.kit import pinyin
from portal.kit.refusal import Refused
from portal.registry.actions import figures
from portal.registry.models import HeadCount, Organization
from portal.registry.models.organizations import BELOW

#: Fields that a form may write; nothing else is taken from a POST (rule 4). A new name is an act of its own.
WRITABLE = (
    "short_name", "sector", "area", "uscc", "head_count", "women_count", "phone", "term_from", "term_until",
)  # fmt: skip


def place_allowed(kind: str, parent: Organization | None) -> None:
    """Raise Refused when this kind may not stand below that parent."""
    above = parent.kind if parent else ""
    if kind not in BELOW[above]:
        label = dict(Organization._meta.get_field("kind").choices)[kind]
        raise Refused(
            _("%(kind)s不能放在“%(parent)s”下面") % {"kind": label, "parent": parent or _("最上层")}, "parent"
        )


def fill_keys(organization: Organization) -> None:
    """Keep the search keys beside the name."""
    organization.pinyin, organization.initials = pinyin.keys(organization.name, person=False)


@transaction.atomic
def create_organization(by: Actor, parent: Organization | None, kind: str, code: str, **values: Any) -> Organization:
    """Add a union below ``parent``. Raises Refused when the kind does not fit there."""
    place_allowed(kind, parent)
    name = " ".join(values.pop("name").split())
    if Organization.objects.filter(parent=parent, name=name).exists():
        raise Refused(_("同一个上级下面已经有叫这个名字的工会"), "name")
    if code and Organization.objects.filter(code=code).exists():
        raise Refused(_("这个编号已经有了"), "code")
    organization = Organization(parent=parent, kind=kind, code=code or uuid.uuid4().hex[:20], name=name, **values)
    fill_keys(organization)
    try:
        with transaction.atomic():
            organization.save()
    except IntegrityError as problem:
        raise Refused(_("名称、编号或信用代码刚被另一家用了，或者上级刚停用")) from problem
    if not code:  # of its own number, as the import does
        organization.code = f"Z{organization.pk:06d}"
        organization.save(update_fields=["code"])
    figures.note(by, organization, HeadCount.Source.START)
    trail.write(by, "organization.create", organization, change={"kind": kind, "parent": parent.pk if parent else None})
    return organization


@transaction.atomic
def update_organization(by: Actor, organization_id: int, version: int, **values: Any) -> Organization:
    """Change a union's own data. A stale ``version`` is refused with the reason, nothing is overwritten."""
    organization = Organization.objects.select_for_update().get(pk=organization_id)
    if organization.version != version:
        raise Refused(_("刚有人改过这家单位，你看到的是旧的。请看过新的再改"))
    changed = [name for name in WRITABLE if name in values and getattr(organization, name) != values[name]]
    for name in changed:
        setattr(organization, name, values[name])
    if changed:
        fill_keys(organization)
        organization.version += 1
        organization.save()
        if {"head_count", "women_count"} & set(changed):
            figures.note(by, organization, HeadCount.Source.EDIT)
        trail.write(by, "organization.update", organization, change={"fields": changed})
    return organization
