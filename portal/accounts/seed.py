"""Accounts of a whole city: the demo's own, and one that answers for every union."""

from portal.accounts.demo import PEOPLE, SINCE, second_officer, users
from portal.accounts.models import Post, User
from portal.core import trail
from portal.core.actor import SYSTEM
from portal.kit import copying, days
from portal.registry.models import Member

OFFICERS = ("district", "vocational")


def unit_accounts(made: dict) -> None:
    """A chair or officer for each union, without a usable password."""
    held = {org for _login, _name, posts, _member, _tries in PEOPLE for _role, org in posts}
    first = dict(Member.objects.filter(active=True).order_by("organization", "-pk").values_list("organization", "name"))
    now, accounts, posts = days.now().replace(hour=0, minute=0, second=0, microsecond=0), [], []
    made["contacts"] = {}
    taken = max(*(user.pk for user in made["users"].values()), *Post.objects.values_list("pk", flat=True))
    for n, (key, org) in enumerate(made["orgs"].items(), taken + 1):
        if key in held:
            continue
        login = f"u{org.code.lower()}"
        accounts.append((n, login, first.get(org.pk, f"{org.short}联系人"), f"{login}@example.cn", f"!{login}", now))
        role = "officer" if org.kind in OFFICERS else "chair"
        posts.append((n, n, role, org.pk, SINCE))
        made["contacts"][org.pk] = (n, n, role)
    copying.copy_rows(User, ("id", "username", "name", "email", "password", "date_joined"), accounts)
    copying.copy_rows(Post, ("id", "user", "role", "organization", "since"), posts)
    copying.advance(User, Post)
    for post in Post.objects.filter(user__in=made["users"].values(), role__in=("chair", "officer")):
        made["contacts"][post.organization_id] = (post.user_id, post.pk, post.role)
    trail.write(SYSTEM, "demo.users", made["users"]["shenyi"], change={"count": len(accounts) + len(PEOPLE)})


CITY = (users, unit_accounts, second_officer)
