"""Reading accounts and posts."""

import datetime
import re

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q, QuerySet

from portal.accounts.models import Post, Try, User
from portal.core.actor import Actor
from portal.kit import crypto, days
from portal.kit.prepared import Prepared, slot
from portal.registry.models import Member

TRIES_WINDOW = datetime.timedelta(minutes=5)


def phone_digits(text: str) -> str:
    """A mobile number as it is stored: digits only, no country code. "" for anything else."""
    digits = re.sub(r"[\s-]", "", text).removeprefix("+86")
    return digits if re.fullmatch(r"1\d{10}", digits, re.ASCII) else ""


def by_login(text: str) -> User | None:
    """The account that a typed user name, phone or e-mail means. One query, whatever was typed."""
    text = text.strip()
    if not text:
        return None
    forms = {text, text.lower()}
    indexes = [index for index in crypto.blinds(phone_digits(text), "phone") if index]
    meant = Q(username__in=forms) | Q(email__in=forms) | Q(phone_index__in=indexes)
    found = list(User.objects.filter(meant)[:3])
    # Nobody may take over a phone or an address by choosing it as a user name.
    for fits in (lambda u: u.phone_index in indexes, lambda u: u.email in forms, lambda u: u.username in forms):
        for user in found:
            if fits(user):
                return user
    return None


def _posts(*related: str) -> QuerySet[Post]:
    second = Authenticator.objects.filter(user=OuterRef("user"), type=Authenticator.Type.TOTP)
    current = Post.objects.current(slot("today")).filter(user=slot("user")).select_related("organization", *related)
    return current.annotate(second_factor=Exists(second))


#: Every request asks for them.
_POSTS, _POSTS_AND_USER = Prepared(_posts), Prepared(lambda: _posts("user"))


def posts_of(user: User) -> list[Post]:
    """The user's posts in force, with their organisation and whether the user has a second factor: one query at most.

    None for the account of this request, which came with them.
    """
    return user.posts_read if user.posts_read is not None else _POSTS.all(user=user.pk, today=days.today())


def with_posts(user_id: int) -> User | None:
    """The account with its posts in force, None for a wrong id. One query; two for an account without a post."""
    posts = _POSTS_AND_USER.all(user=user_id, today=days.today())
    user = posts[0].user if posts else User.objects.filter(pk=user_id).first()
    if user is not None:
        user.posts_read = posts
    return user


def users_for(actor: Actor) -> QuerySet[User]:
    """Accounts that the actor may manage."""
    return User.objects.all() if actor.role == "security" else User.objects.none()


def recent_tries(user: User) -> int:
    """How often a stranger failed at this account within the window of the limit."""
    return Try.objects.filter(user=user, known=False, at__gt=days.now() - TRIES_WINDOW).count()


def persons_of_members(member_ids: list[int]) -> list[str]:
    """Keys of the persons whose accounts carry these members' documents, also accounts stopped since (S2)."""
    if not member_ids:
        return []
    documents = Member.objects.filter(pk__in=member_ids).values("document_index")
    found = User.objects.filter(document_index__in=documents).values_list("person", flat=True)
    return [f"u{person}" for person in found.distinct()]
