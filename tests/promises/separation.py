"""What the tests of separation share: a person with two accounts, a hand past every service, many at once."""

import threading
from collections.abc import Callable

from django.db import IntegrityError, connection

from portal.accounts.models import User
from portal.core.actor import Actor
from programs.models import Entry
from tests import factories


def twin(account: User, number: str = "") -> User:
    """A second account of the same person."""
    made = factories.user(account.name, document_index=account.document_index)
    User.objects.filter(pk=made.pk).update(document_index=account.document_index or number)
    made.refresh_from_db()
    return made


def known(account: User) -> User:
    """An account whose holder's document number was taken down."""
    User.objects.filter(pk=account.pk).update(document_index=f"{account.pk:064d}")
    account.refresh_from_db()
    return account


def as_role(account: User, role: str, org) -> Actor:
    """The account in another post, as after a change of office."""
    account.refresh_from_db()
    return factories.post(role, org, account)


def raw_hand(entry: Entry, user: User, hand: str) -> None:
    """Past every service: what somebody with a database prompt would type."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO programs_hand (entry_id, user_id, hand) VALUES (%s, %s, %s)", [entry.pk, user.pk, hand]
        )


def race(work: list[Callable[[], object]]) -> None:
    ready = threading.Barrier(len(work))

    def run(act: Callable[[], object]) -> None:
        try:
            ready.wait()
            act()
        except IntegrityError:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
