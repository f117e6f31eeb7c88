"""Recovery codes: drawn once, kept as hashes, each good for one log-in while the telephone is away (P-AUTH2).

Ours, not allauth's: that keeps a seed from which the codes can be drawn again, by whoever reads the row and the key.
"""

import hashlib
import secrets
import unicodedata

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.accounts.actions.contacts import tell_owner
from portal.accounts.models import RecoveryCode, User
from portal.core import trail
from portal.core.actor import Actor
from portal.kit import days

COUNT, PARTS, PART = 10, 3, 4
#: No sign that is taken for another. Twelve of them are 59 bits.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
ROUNDS = 50_000


def make_codes(by: Actor) -> list[str]:
    """A new set of one's own, shown once and never kept; the old set is void at once."""
    user, salt, now = by.user, secrets.token_hex(16), days.now()
    codes = ["-".join(_part() for _n in range(PARTS)) for _n in range(COUNT)]
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=user.pk)  # two windows: one set stays, whole
        RecoveryCode.objects.filter(user=user).delete()
        RecoveryCode.objects.bulk_create(
            RecoveryCode(user=user, digest=_digest(code, salt), salt=salt, made_at=now) for code in codes
        )
        trail.write(by, "account.recovery_codes", user, change={"count": COUNT}, name=user.username)
        _tell(user, _("备用码换了一套"), _("原来的都作废了。"))
    return codes


@transaction.atomic
def use_code(user: User, typed: str) -> bool:
    """Mark the code as spent; False when it is none of theirs or was used. The UPDATE decides, also in a race."""
    waiting = RecoveryCode.objects.filter(user=user, spent_at=None)
    salt = waiting.values_list("salt", flat=True).first()
    if salt is None or not waiting.filter(digest=_digest(typed, salt)).update(spent_at=days.now()):
        return False
    left = waiting.count()
    trail.write(Actor(user), "account.recovery_used", user, change={"left": left}, name=user.username)
    _tell(user, _("用掉了一个备用码，还剩 %(left)d 个") % {"left": left})
    return True


def void_codes(user: User) -> None:
    """Codes stand in for an authenticator: without one they open nothing."""
    RecoveryCode.objects.filter(user=user).delete()


def looks_like_one(typed: str) -> bool:
    """Whether it is long enough: six digits are an authenticator's and cost no hash here."""
    return len(_tidy(typed)) == PARTS * PART


def _part() -> str:
    return "".join(secrets.choice(ALPHABET) for _n in range(PART))


def _tidy(typed: str) -> str:
    return "".join(unicodedata.normalize("NFKC", typed).lower().replace("-", " ").split())


def _digest(code: str, salt: str) -> str:
    return hashlib.pbkdf2_hmac("sha256", _tidy(code).encode(), bytes.fromhex(salt), ROUNDS).hex()


def _tell(user: User, subject: str, before: str = "") -> None:
    body = before + _("不是你本人做的，马上打电话给上一级工会。")
    tell_owner(user, subject, body, reverse("mfa_index"))
