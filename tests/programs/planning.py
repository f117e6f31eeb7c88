"""Work plans for their tests: the text, who acts, a task by its code, a call with entries in given states."""

from datetime import timedelta
from pathlib import Path

from django.test import Client
from django.utils import timezone

from portal.accounts.models import Post, User
from portal.core.actor import Actor
from portal.registry.models import Organization
from programs.models import Call, Category, Entry, Plan, PlanItem

FILE = Path(__file__).parents[1] / "data" / "plan-2031.txt"
SOURCE = FILE.read_text("utf-8")
BROKEN = SOURCE.replace("二、以赛", "三、以赛")


def actor(role: str, organization: Organization | None) -> Actor:
    name = f"plan-{role}-{organization.pk if organization else 0}"
    user = User.objects.create(username=name, name="季文澜")
    if organization is None:
        return Actor(user, None)
    since = timezone.localdate() - timedelta(days=9)
    return Actor(user, Post.objects.create(user=user, role=role, organization=organization, since=since))


def signed_in(who: Actor) -> Client:
    client = Client()
    client.force_login(who.user)
    return client


def task(plan: Plan, code: str) -> PlanItem:
    return plan.items.get(code=code)


def call_with_entries(owner: Actor, district: Organization, states: dict[str, int], key: str = "") -> Call:
    now = timezone.now()
    call = Call.objects.create(
        program_key=key or "kb",
        title=f"金秋师德标兵{key}",
        year=2031,
        owner=owner.organization,
        state=Call.State.PUBLISHED,
        opens_at=now,
        closes_at=now + timedelta(days=9),
        created_by=owner.user,
        published_at=now,
        published_by=owner.user,
    )
    category = Category.objects.create(call=call, key="one", name="标兵")
    for state, count in states.items():
        for number in range(count):
            Entry.objects.create(
                call=call, category=category, organization=district, desk=district, subject=f"{state}{number}",
                state=state, submitted_at=None if state == "draft" else now, created_by=owner.user,
            )  # fmt: skip
    return call
