"""What must be over before an entry is settled: its notice, the objections against it (rules R16, R17)."""

from django.utils.translation import gettext as _

from portal.core.calendar import current
from portal.kit import days
from programs.models import Entry, NoticeLine, Objection
from programs.spec import Finding, State

#: Moves after which nobody in the portal looks at the entry again.
SETTLING = ("approve", "pass-up")


def notice_is_over(entry: Entry, move: str) -> list[Finding]:
    """R16: nothing is approved or handed on before its public notice has run its working days.

    Where the edition leaves the notice to the outside body (``pass_up_from``), a slate may go there as it is.
    """
    if move not in SETTLING:
        return []
    if entry.state == State.SHORTLIST and entry.call.param("pass_up_from") == "slate":
        return [Finding("notice_is_over", _("公示期满"), _("由上级公示"))]
    line = NoticeLine.objects.filter(entry=entry).select_related("notice").order_by("-id").first()
    if line is None or line.notice.ends_on is None:
        return [Finding("notice_is_over", _("公示期满"), _("没公示过"), "stop", _("先公示，期满再定"))]
    ends = line.notice.ends_on
    if days.today() <= ends:
        left = current().left_phrase(days.now(), days.end_of_day(ends))
        return [
            Finding(
                "notice_is_over", _("公示期满"), left, "stop", _("%(day)s 24:00 才满") % {"day": days.short_date(ends)}
            )
        ]
    return [Finding("notice_is_over", _("公示期满"), days.short_date(ends))]


def no_open_objection(entry: Entry, move: str) -> list[Finding]:
    """R17: an entry with an unsettled objection waits; the others go on."""
    if move not in SETTLING:
        return []
    if not entry.held:
        return [Finding("no_open_objection", _("没有未结的异议"), _("没有"))]
    return [Finding("no_open_objection", _("没有未结的异议"), _("暂停"), "stop", _("有异议还没办结，只停这一件"))]


def objection_upheld(entry: Entry, move: str) -> list[Finding]:
    """A noticed entry falls only over an objection that was found true."""
    if move != "uphold":
        return []
    if Objection.objects.filter(line__entry=entry, state=Objection.State.UPHELD).exists():
        return [Finding("objection_upheld", _("异议成立"), _("已认定"))]
    return [Finding("objection_upheld", _("异议成立"), _("没有"), "stop", _("没有被认定成立的异议，不能以此不通过"))]
