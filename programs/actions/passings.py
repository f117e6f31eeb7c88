"""上报: handing entries on to a body outside the portal, and recording what it decided (R13)."""

import datetime
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal.core import files, trail
from portal.core.actor import Actor
from portal.kit import days
from portal.kit.refusal import Refused
from programs.actions.moves import make_move, stop_at
from programs.checks.ratios import issuing
from programs.models import Call, Category, Entry, Passing, PassingLine
from programs.queries.entries import content_digest
from programs.queries.lists import slate_of
from programs.queries.passings import decided, ready
from programs.spec import State

Outcome = PassingLine.Outcome
#: What each outcome does to an entry that waits for it, and to one that we had decided before it went on.
MOVES = {Outcome.GRANTED: "grant", Outcome.DECLINED: "decline"}
MORE = {Outcome.GRANTED: "grant-more", Outcome.DECLINED: "decline-more"}


def _owned(by: Actor, call: Call) -> None:
    if call.owner_id != by.organization_id or by.role != "officer":
        raise Refused(_("这项评选不归你们主办"))


@transaction.atomic
def pass_up(
    by: Actor, category: Category, body: str, number: str, sent_on: datetime.date, scan=None,
    sought: Category | None = None,
) -> Passing:  # fmt: skip
    """Send every ready entry of a prize on with one letter. All of them go, or none.

    With ``sought``, another prize of the same edition, those go that we approved ourselves; what we decided stands.
    """
    call = Call.objects.select_for_update(of=("self",)).get(pk=category.call_id)
    _owned(by, call)
    if not body.strip():
        raise Refused(_("请写上报到哪里"), "body")
    if sent_on > days.today():
        raise Refused(_("上报日期不能晚于今天"), "sent_on")
    if sought is not None and (sought.call_id != call.pk or sought.pk == category.pk):
        raise Refused(_("另行上报要选别的奖项，“%(name)s”我们已经定了") % {"name": sought.name}, "sought")
    rows = _going(call, category, sought)
    stored = files.store(scan, by, ("pdf", "image")) if scan else None
    try:
        with transaction.atomic():
            passing = Passing.objects.create(
                call=call, category=category, sought=sought, body=body.strip(), number=number.strip(), sent_on=sent_on,
                scan=stored, made_by=by.user, made_at=days.now(),
            )  # fmt: skip
    except IntegrityError as problem:
        raise Refused(_("文号 %(number)s 已经用过") % {"number": number}, "number") from problem
    PassingLine.objects.bulk_create(
        [PassingLine(passing=passing, entry=one, revision=one.revision, digest=content_digest(one)) for one in rows]
    )
    for one in rows:
        make_move(one.pk, "pass-up" if sought is None else "send-on", by=by, through="passing")
    change = {"entries": len(rows), "category": category.key, "sought": sought.key if sought else ""}
    trail.write(by, "passing.send", passing, change=change)
    return passing


def _going(call: Call, category: Category, sought: Category | None) -> list[Entry]:
    """The entries that go. A list that goes out without a notice of ours must keep its ratios, as at a notice."""
    waiting = ready(call) if sought is None else decided(call)
    rows = list(waiting.filter(category=category).order_by("pinyin", "pk"))
    if not rows and sought is not None:
        raise Refused(_("“%(name)s”没有已经通过、还没上报过的") % {"name": category.name}, "category")
    if not rows:
        raise Refused(_("“%(name)s”没有公示期满、可以上报的") % {"name": category.name}, "category")
    if any(one.state == State.SHORTLIST for one in rows):
        stop_at(issuing(call, slate_of(call)))
    return rows


@transaction.atomic
def record_outcome(
    by: Actor, passing_id: int, line_ids: Iterable[int], outcome: str, outcome_on: datetime.date, number: str
) -> int:
    """Write down what the outside body decided on these entries; returns how many. One document, all or none."""
    passing = Passing.objects.select_for_update(of=("self",)).select_related("call").get(pk=passing_id)
    _owned(by, passing.call)
    if outcome not in MOVES:
        raise Refused(_("结果是批准还是没批，选一个"), "outcome")
    if not number.strip():
        raise Refused(_("请写批复文号"), "number")
    if told := wrong_day(passing, outcome_on):
        raise Refused(told, "outcome_on")
    lines = list(passing.lines.select_for_update().filter(pk__in=list(line_ids)).order_by("entry_id"))
    if not lines:
        raise Refused(_("先勾上是哪几件"))
    done = [one for one in lines if one.outcome]
    if done:
        raise Refused(_("有 %(n)d 件已经记过结果，看过新的再记") % {"n": len(done)})
    moves = MOVES if passing.sought_id is None else MORE
    for line in lines:
        line.outcome, line.outcome_on, line.outcome_number = outcome, outcome_on, number.strip()
        line.recorded_by, line.recorded_at = by.user, days.now()
        line.save()
        note = _("%(body)s %(number)s") % {"body": passing.body, "number": number.strip()}
        make_move(line.entry_id, moves[Outcome(outcome)], by=by, through="outcome", note=note)
    trail.write(by, "passing.outcome", passing, change={"entries": len(lines), "outcome": outcome})
    return len(lines)


def wrong_day(passing: Passing, day: datetime.date) -> str:
    """Why an answer cannot be of this day, "" if it can."""
    if passing.sent_on <= day <= days.today():
        return ""
    return _("批复日期要在 %(day)s 上报以后、今天以前") % {"day": days.short_date(passing.sent_on)}
