"""Letters to an address rather than to an account's inbox: a link that sets a password, a code, a note to a former
address. ``queue`` in the act's transaction, sent by a job; while the gateway is away the job waits, as messages do.
"""

import json

from django.utils.translation import gettext as _

from portal.core import jobs
from portal.core.actor import SYSTEM
from portal.core.channels import ADAPTERS, Away, Note, Rejected
from portal.core.models import ChannelState, Job
from portal.core.pace import pause, recovered, take
from portal.kit import crypto, days
from portal.kit.refusal import Refused

_SEALED = "letter"


def queue(channel: str, to: str, subject: str, text: str = "") -> Job:
    """Have one sent. Address and text lie sealed: a code or a link opens an account."""
    sealed = crypto.seal(json.dumps([to, subject, text], ensure_ascii=False), _SEALED)
    return jobs.start("core.letter", SYSTEM, _("一封信"), {"channel": channel, "sealed": sealed})


def send(run: jobs.JobRun) -> None:
    """What ``queue`` has put away."""
    to, subject, text = json.loads(crypto.open_(run.params["sealed"], _SEALED))
    post(run, run.params["channel"], to, subject, text)


def awake(channel: str) -> None:
    """Raise Again while the gateway rests: before a handler does what should not be done at every try."""
    if ChannelState.objects.filter(pk=channel, paused_until__gt=days.now()).exists():
        raise jobs.Again


def post(run: jobs.JobRun, channel: str, to: str, subject: str, text: str = "") -> None:
    """Send one from inside a job, under the job's own key. Raises Again while the gateway is away, and Refused."""
    adapter = ADAPTERS[channel]
    if not adapter.ready():
        raise Refused(_("这里没有接这种网关，信发不出去"))
    ChannelState.objects.get_or_create(name=channel, defaults={"slot_at": days.now()})
    if not take(adapter):
        raise jobs.Again
    try:
        with adapter.session() as give:
            give(Note(f"letter-{run.job.pk}", to, "", subject, text, ""))
    except Away as problem:
        pause(channel, str(problem))
        raise jobs.Again from problem
    except Rejected as problem:
        raise Refused(_("对方的网关不收：%(why)s") % {"why": problem}) from problem
    recovered(channel)
