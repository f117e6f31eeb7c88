"""The register's line of the menu, and what waits there."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from awards.honours import queries
from portal.core.actor import Actor
from portal.kit.menu import MenuItem

READERS = ("chair", "clerk", "officer", "leader", "auditor")

ITEMS = [
    MenuItem("管理", _("荣誉登记簿"), "star", "honours:honours", "honour", order=30, count="to_certify", roles=READERS),
]

#: What anybody may open without an account.
PUBLIC = [(_("证书查验"), "verify:search")]


def waiting(actor: Actor) -> dict[str, QuerySet]:
    """Honours of the actor's own calls that still want a certificate."""
    return {"to_certify": queries.to_certify(actor)} if actor.role == "officer" else {}


COUNTERS = [waiting]
