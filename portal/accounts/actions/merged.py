"""Accounts of two people who are made one: a person has one account, and it holds the posts of both."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from portal.accounts.actions.accounts import end_sessions
from portal.accounts.models import Post, User
from portal.core import trail
from portal.core.actor import Actor
from portal.kit import days
from portal.kit.refusal import Refused
from portal.registry.merging import Pair


def move(by: Actor, pair: Pair) -> dict[str, Any]:
    """The other's account becomes the survivor's; where both have one, the other's is stopped and its posts move."""
    theirs = User.objects.select_for_update().filter(member=pair.absorbed).first()
    mine = User.objects.select_for_update().filter(member=pair.survivor).first()
    if theirs is None:
        return {}
    if mine is None:
        theirs.member = pair.survivor
        theirs.save(update_fields=["member"])
        trail.write(by, "account.person", theirs, change={"member": pair.survivor.pk}, name=theirs.username)
        return {"account": theirs.pk}
    held = Post.objects.filter(Q(until__isnull=True) | Q(until__gte=days.today()), user=theirs)
    moved = list(held.order_by("pk").values_list("pk", flat=True))
    _repoint(moved, mine)
    was_active = theirs.is_active
    theirs.member, theirs.is_active = None, False
    theirs.save(update_fields=["member", "is_active"])
    end_sessions(theirs)
    change = {"into": mine.pk, "posts": moved}
    trail.write(by, "account.stop", theirs, note=_("和另一个账号是同一个人"), change=change, name=theirs.username)
    return {"stopped": theirs.pk, "active": was_active, "posts": moved}


def _repoint(posts: list[int], user: User) -> None:
    try:
        with transaction.atomic():
            Post.objects.filter(pk__in=posts, granted_by=user).update(granted_by=None)
            Post.objects.filter(pk__in=posts).update(user=user)
    except IntegrityError as problem:
        raise Refused(_("两个账号的岗位不能合在一个人身上，先收回其中一个")) from problem


def back(by: Actor, pair: Pair, moved: dict[str, Any]) -> None:
    """Each has their own account and posts again."""
    if account := moved.get("account"):
        User.objects.filter(pk=account).update(member=pair.absorbed)
        trail.write(by, "account.person", User(pk=account), change={"member": pair.absorbed.pk}, name=f"#{account}")
        return
    theirs = User.objects.select_for_update().get(pk=moved["stopped"])
    theirs.member, theirs.is_active = pair.absorbed, moved["active"]
    theirs.save(update_fields=["member", "is_active"])
    _repoint(moved["posts"], theirs)
    trail.write(by, "account.restore", theirs, change={"posts": moved["posts"]}, name=theirs.username)
