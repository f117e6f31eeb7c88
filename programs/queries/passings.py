"""What may be handed on to an outside body."""

from django.db.models import QuerySet

from programs.models import Call, Entry, Notice
from programs.spec import State


def ready(call: Call) -> QuerySet[Entry]:
    """Entries whose notice has ended, that no objection holds and no decision settles."""
    rows = Entry.objects.filter(call=call, state=State.NOTICE, held=False, decision_lines__isnull=True)
    return rows.filter(notice_lines__notice__state__in=[Notice.State.ENDED, Notice.State.ARCHIVED]).distinct()
