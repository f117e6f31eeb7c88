"""Limits on guessing: counted in PostgreSQL before anything is checked, so that no race lets one more through.

Strangers and known computers have budgets of their own. Guesses from elsewhere use up the strangers' one; the owner at
a computer that has signed in before still has theirs (P-AUTH4). Together they bound what one account lets through to
the hasher: 10 in 5 minutes, from however many addresses.
"""

import datetime
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction

from portal.accounts.models import SpentCode, Try, User
from portal.accounts.queries import TRIES_WINDOW
from portal.core import outbox, trail
from portal.core.actor import SYSTEM
from portal.kit import crypto, days

_LOCK = 714201
KEPT = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Budget:
    """Tries in a window: of strangers at one account, of its known computers, of one address at all accounts."""

    strangers: int
    known: int
    address: int
    window: datetime.timedelta


FIVE_MINUTES = TRIES_WINDOW
BUDGETS = {
    Try.What.LOGIN: Budget(6, 4, 60, FIVE_MINUTES),
    Try.What.CODE: Budget(6, 4, 60, FIVE_MINUTES),
    Try.What.RESET: Budget(3, 3, 30, datetime.timedelta(hours=1)),
}


def begin(what: Try.What, user: User | None, typed: str, address: str, known: bool) -> Try | None:
    """Take one try out of the budgets, or None when they are used up. The same work whether the account exists."""
    budget, now = BUDGETS[what], days.now()
    account = crypto.blind(f"u{user.pk}" if user else typed.lower(), "try")
    where = crypto.blind(address, "address")
    with transaction.atomic():
        with connection.cursor() as cursor:
            # the owner does not queue behind the strangers
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, f"{what}{account}{known}"])
        recent = Try.objects.filter(what=what, at__gt=now - budget.window, known=known)
        if recent.filter(account=account).count() >= (budget.known if known else budget.strangers):
            return None
        if not known and recent.filter(address=where).count() >= budget.address:
            return None
        return Try.objects.create(what=what, at=now, account=account, address=where, known=known, user=user)


def succeeded(one: Try) -> None:
    """It was the owner: the try does not count. The others stay, or every visit of the owner would help who guesses."""
    Try.objects.filter(pk=one.pk).delete()


def failed(one: Try) -> None:
    """It stays and counts. The last one of a stranger's budget is recorded and told to the owner, once an hour."""
    if one.user is None or one.known or one.what == Try.What.RESET:
        return
    since = days.now() - BUDGETS[Try.What(one.what)].window
    used = Try.objects.filter(what=one.what, account=one.account, known=False, at__gt=since).count()
    if used >= BUDGETS[Try.What(one.what)].strangers:
        trail.write(SYSTEM, "account.locked", one.user, change={"what": one.what}, name=one.user.username)
        outbox.tell(
            [one.user],
            "有人连续输错你的密码",
            "陌生电脑上 5 分钟内不能再试，你在常用的电脑上照常登录。不是你本人，就改一次密码。",
            key=f"locked-{one.what}-{days.now():%Y%m%d%H}",
        )


def spend(user: User, code: str) -> bool:
    """Mark a right code as used; False when it was used before. The constraint decides, also between two requests."""
    try:
        with transaction.atomic():
            SpentCode.objects.create(user=user, digest=crypto.blind(code, "code"), at=days.now())
    except IntegrityError:
        return False
    return True


def release(by, user: User) -> int:
    """A security officer lifts the limits of an account whose owner is on the telephone."""
    with transaction.atomic():
        gone, _kinds = Try.objects.filter(user=user).delete()
        trail.write(by, "account.released", user, change={"tries": gone}, name=user.username)
    return gone


def sweep() -> int:
    """Throw away what no limit counts any more."""
    old = days.now() - KEPT
    SpentCode.objects.filter(at__lt=old).delete()
    return Try.objects.filter(at__lt=old).delete()[0]
