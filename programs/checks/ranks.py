"""The order of the endorsing level (rule R3)."""

from django.utils.translation import gettext as _

from programs.models import Entry
from programs.spec import Finding, State


def ranked(entry: Entry, move: str) -> list[Finding]:
    """Where the edition asks for an order, an endorsing level gives its rank before it hands up."""
    here = entry.state == State.REVIEW and entry.desk_id != entry.call.owner_id
    if move not in ("", "forward") or not here or not entry.call.param("rank_required"):
        return []
    if entry.rank and entry.ranked_by_id == entry.desk_id:
        return [Finding("ranked", _("名次"), _("第 %(n)d") % {"n": entry.rank})]
    text = _("这一届排了名次才能交，%(desk)s还没排这一件") % {"desk": entry.desk.short}
    return [Finding("ranked", _("名次"), _("没排"), "stop", text, _("在“等我办”里排名次"))]
