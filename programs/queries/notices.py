"""Reading notices for their pages."""

from django.db.models import Count, Q

from portal.core.calendar import current
from portal.kit import days
from programs.models import Notice, NoticeLine, Objection
from programs.spec import State


def window(notice: Notice) -> dict:
    """The strip of days of the public page, and the sentence above it."""
    calendar, today = current(), days.today()
    strip = []
    for day in calendar.window(notice.starts_on, notice.days, notice.first_day_counts):
        css = "off" if not day.counts else "past" if day.date < today else ""
        css += " now" if day.date == today else ""
        words = f"第 {day.ordinal} 个" if day.counts else day.reason if day.ordinal or day.date != notice.starts_on else "张贴"
        strip.append({"day": day.date, "css": css.strip(), "words": "今天" if day.date == today else words or "不计"})
    nth = sum(1 for one in calendar.window(notice.starts_on, notice.days, notice.first_day_counts) if one.counts and one.date <= today)
    over = today > notice.ends_on
    left = calendar.left_phrase(days.now(), days.end_of_day(notice.ends_on))
    return {
        "strip": strip, "nth": nth, "over": over, "left": left, "ends": days.short_date(notice.ends_on),
        "notes": calendar.notes_for(notice.starts_on, notice.ends_on),
        "css": "now" if over or today == notice.ends_on else "soon",
    }  # fmt: skip


def sections(notice: Notice) -> list[dict]:
    """The public list by prize. Lines of entries that fell are shown struck, never silently removed."""
    found: dict[str, list[NoticeLine]] = {}
    for line in notice.lines.select_related("entry"):
        line.gone = line.entry.state in (State.REFUSED, State.WITHDRAWN, State.REVOKED)  # type: ignore[attr-defined]
        found.setdefault(line.category, []).append(line)
    return [{"name": name, "lines": lines} for name, lines in found.items()]


def with_counts(rows):
    """Notices with the number of their lines, of all objections and of the open ones."""
    return rows.annotate(
        size=Count("lines", distinct=True),
        objected=Count("objections", distinct=True),
        waiting=Count("objections", filter=Q(objections__state__in=Objection.OPEN), distinct=True),
    )
