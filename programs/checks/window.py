"""When an entry may be handed in (rule R35)."""

from django.utils.translation import gettext as _

from portal.core.calendar import current
from portal.kit import days
from programs.models import Entry
from programs.queries import deadlines
from programs.spec import Finding


def window_open(entry: Entry, move: str) -> list[Finding]:
    """R35: handing in counts by the server's clock; a unit's extension and a mending deadline are honoured."""
    if move not in ("", "submit") or not entry.editable:
        return []
    now, due = days.now(), deadlines.due(entry)
    shown = days.short_datetime(due)
    if entry.call.opens_at > now:
        opens = days.short_datetime(entry.call.opens_at)
        return [Finding("window_open", _("报送时间"), opens, "stop", _("%(at)s 才开始报送") % {"at": opens})]
    if due < now <= due + deadlines.grace(entry.call):
        until = days.short_datetime(due + deadlines.grace(entry.call))
        text = _("%(at)s 已截止，这一届宽限到 %(until)s") % {"at": shown, "until": until}
        return [Finding("window_open", _("报送时间"), _("宽限"), "near", text)]
    if now > due:
        late = current().left_phrase(now, due)
        return [
            Finding(
                "window_open", _("报送时间"), shown, "stop", _("%(at)s 已截止，%(late)s") % {"at": shown, "late": late}
            )
        ]
    left = current().workdays_left(now, due)
    level = "near" if left <= 1 else "good"
    return [
        Finding("window_open", _("报送时间"), current().left_phrase(now, due), level, _("%(at)s 截止") % {"at": shown})
    ]
