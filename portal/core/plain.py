"""Looking at a protected value: an act with a purpose, one field of one person, counted by the day (rule 34).

Whoever looks at more than a day's work needs is stopped, and those who watch are told (P-PI4). The record holds who,
whose, which field and why; never the value (P-PI3).
"""

from django.conf import settings
from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from portal.core import alarms, trail
from portal.core.actor import Actor
from portal.core.models import Record
from portal.kit import days
from portal.kit.refusal import Refused

_LOCK = 714400
SHORTEST = 4


def _today(by: Actor) -> int:
    midnight = days.local(days.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    return Record.objects.filter(by=by.user, at__gte=midnight, act__endswith=".plain").count()


def left(by: Actor) -> int:
    """How many values this account may still see today."""
    return max(0, settings.PLAIN_VIEWS_PER_DAY - _today(by))


def look(by: Actor, act: str, target: models.Model, field: str, purpose: str, name: str = "") -> None:
    """Record that a value is seen; ``act`` ends in ``.plain``. Raises Refused without a purpose or beyond the day's
    number. Call it before the value is opened, and show nothing when it raises.
    """
    said = purpose.strip()
    if len(said) < SHORTEST:
        raise Refused(_("请写明为什么要看，至少 %(n)d 个字") % {"n": SHORTEST}, "purpose")
    with transaction.atomic():
        with connection.cursor() as cursor:
            # one look at a time per account: two at once must not both be the last
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, by.user.pk if by.user else 0])
        if left(by):
            trail.write(by, act, target, note=said, change={"field": field}, name=name)
            return
        _stop(by, target, field, name)
    raise Refused(
        _("今天已经看了 %(n)d 次，到数了，明天再看。要一次用很多人的，请导出名单，另一个人批准")
        % {"n": settings.PLAIN_VIEWS_PER_DAY}
    )


def _stop(by: Actor, target: models.Model, field: str, name: str) -> None:
    trail.write(by, "plain.stopped", target, change={"field": field}, name=name)
    subject = _("%(who)s今天看遮住的内容到了 %(n)d 次") % {"who": by.user.name, "n": settings.PLAIN_VIEWS_PER_DAY}
    body = _("以“%(post)s”的身份。已经停住，今天不能再看。看了谁、哪一项、为什么，都在操作记录里。") % {"post": by}
    alarms.sound(subject, body, "/records/?act=member.plain", f"plain-{by.user.pk}-{days.today()}")
