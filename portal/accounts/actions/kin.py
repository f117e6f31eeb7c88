"""Declaring relatives: in their matters one takes no step (S1)."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal.accounts.models import Kin, User
from portal.core import trail
from portal.core.actor import Actor
from portal.kit import days
from portal.kit.refusal import Refused


@transaction.atomic
def declare_kin(by: Actor, relation: str, name: str, document_number: str) -> Kin:
    """Declare one relative; it holds in both directions and from now on."""
    kin = Kin(user=by.user, relation=relation, name=name.strip(), document_number=document_number)
    kin.declared_at = days.now()
    try:
        with transaction.atomic():
            kin.save(force_insert=True)
    except IntegrityError as problem:
        raise Refused(_("这个人已经申报过"), "document_number") from problem
    if kin.document_index == User.objects.get(pk=by.user.pk).document_index:
        raise Refused(_("这是你自己的证件号"), "document_number")
    trail.write(by, "kin.declare", kin, change={"relation": relation}, name=f"#{kin.pk}")
    return kin


@transaction.atomic
def end_kin(by: Actor, kin_id: int, note: str) -> Kin:
    """Take a declaration back. It still holds for every matter that had begun by then."""
    kin = Kin.objects.select_for_update().get(pk=kin_id, user=by.user)
    if kin.ended_at is not None:
        raise Refused(_("这一条已经撤回"))
    if not note.strip():
        raise Refused(_("请写明原因"), "note")
    kin.ended_at = days.now()
    kin.save(update_fields=["ended_at"])
    trail.write(by, "kin.end", kin, note=note.strip(), name=f"#{kin.pk}")
    return kin
