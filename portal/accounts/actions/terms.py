"""Telling ahead that a term ends: a committee's at each mark of ``AHEAD``, a post's a month before.

A message goes to each person once for each mark, whoever asks how often.
"""

import datetime
from collections import defaultdict

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.accounts.models import Post
from portal.core import outbox
from portal.registry.models import Organization
from portal.registry.queries.terms import ending, stage

#: How long before its end the holder of a post is told.
POST_AHEAD = datetime.timedelta(days=31)
_TOLD = ("chair", "clerk", "officer")


@transaction.atomic
def tell(today: datetime.date) -> int:
    """Write the messages that are due; returns how many unions and posts they were about."""
    units = list(ending(Organization.objects.all(), today).select_related("parent"))
    places = {one.pk for one in units} | {one.parent_id for one in units}
    holders = defaultdict(list)
    for post in Post.objects.current().filter(organization__in=places, role__in=_TOLD).select_related("user"):
        holders[post.organization_id].append(post.user)
    for unit in units:
        _tell_unit(unit, today, holders[unit.pk] + holders[unit.parent_id])
    posts = Post.objects.current().filter(until__lte=today + POST_AHEAD).select_related("user", "organization")
    for post in posts:
        subject = _("你的岗位 %(day)s 到期：%(post)s") % {"day": post.until, "post": post}
        body = _("接着任的，请上一级工会续办；换人的，请办移交。")
        outbox.tell([post.user], subject, body, key=f"post-ending-{post.pk}-{post.until}")
    return len(units) + len(posts)


def _tell_unit(unit: Organization, today: datetime.date, users: list) -> None:
    mark = stage(unit.term_until, today)
    words = {"unit": unit.name, "day": unit.term_until.isoformat()}
    subject = _("%(unit)s本届委员会 %(day)s 到期") if mark else _("%(unit)s本届委员会 %(day)s 已到期，还没改选")
    body = _("改选方案先报上一级工会；选好以后，在单位的页面上改届期。")
    url = reverse("registry:organization", args=[unit.pk])
    outbox.tell(set(users), subject % words, body, url, key=f"term-{unit.pk}-{unit.term_until}-{mark}")
