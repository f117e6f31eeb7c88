"""Ways out of the portal: e-mail, SMS and WeCom behind one interface (``spec.Adapter``)."""

from portal.core.channels.email import Email
from portal.core.channels.sms import Sms
from portal.core.channels.spec import Adapter, Away, Note, Rejected
from portal.core.channels.wecom import WeCom

__all__ = ["ADAPTERS", "Adapter", "Away", "Note", "Rejected", "ready"]

ADAPTERS: dict[str, Adapter] = {one.name: one for one in (Email(), Sms(), WeCom())}


def ready() -> dict[str, Adapter]:
    """The channels that this installation has an address for."""
    return {name: one for name, one in ADAPTERS.items() if one.ready()}
