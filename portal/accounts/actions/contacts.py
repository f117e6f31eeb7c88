"""Of what touches an account's safety its owner is told, for a day also where they could be reached before (P-AUTH6).

Whoever takes an account over changes the address first and then the password: the second letter would go to the thief.
"""

import uuid

from django.db import transaction

from portal.accounts.models import CONTACT_SETTLES, FormerContact, User
from portal.core import deliveries, outbox
from portal.core.models import Channel, Message
from portal.kit import days


@transaction.atomic
def tell_owner(user: User, subject: str, body: str, url: str, key: str = "") -> None:
    """One message by the ways of today, and to every address that was the account's within the last day."""
    key = key or f"safety-{uuid.uuid4().hex}"
    outbox.tell([user], subject, body, url, key, kind=Message.Kind.SAFETY)
    for former in FormerContact.objects.filter(user=user, at__gt=days.now() - CONTACT_SETTLES):
        for channel, address in ((Channel.EMAIL, former.email), (Channel.SMS, former.phone)):
            if address:
                deliveries.send_to(address, channel, user, subject, body, f"{key}-{channel}-{former.pk}")
