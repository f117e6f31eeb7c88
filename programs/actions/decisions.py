"""Decisions: drafted by an officer, signed by a leader, carried out in one transaction."""

import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from portal.core import trail
from portal.core.actor import Actor
from portal.kit import days
from portal.kit.refusal import Refused
from programs.actions.moves import make_move, stop_at
from programs.checks.ratios import issuing
from programs.models import Call, Decision, DecisionLine, Entry, Revision
from programs.queries.entries import content_digest
from programs.queries.versions import last_version
from programs.spec import State


@transaction.atomic
def draft_decision(by: Actor, call: Call, number: str, title: str, text: str) -> Decision:
    """Put every noticed entry that no objection holds into a numbered draft."""
    if call.owner_id != by.organization_id or by.role != "officer":
        raise Refused(_("这项评选不归你们主办"))
    ready = Entry.objects.filter(call=call, state=State.NOTICE, held=False, decision_lines__isnull=True)
    rows = list(ready.order_by("category__order", "pinyin", "id"))
    if not rows:
        raise Refused(_("没有公示中、可以定的推荐"))
    try:
        with transaction.atomic():
            decision = Decision.objects.create(
                call=call, number=number, title=title, text=text, drafted_by=by.user, call_version=last_version(call)
            )
    except IntegrityError as problem:
        raise Refused(_("文号 %(number)s 已经用过") % {"number": number}, "number") from problem
    DecisionLine.objects.bulk_create(
        [DecisionLine(decision=decision, entry=one, revision=one.revision, digest=content_digest(one)) for one in rows]
    )
    trail.write(by, "decision.draft", decision, change={"entries": len(rows)})
    return decision


@transaction.atomic
def drop_decision(by: Actor, decision_id: int) -> None:
    """Throw an unsigned draft away; its entries are free for another one."""
    decision = Decision.objects.select_for_update().get(pk=decision_id)
    if decision.state != Decision.State.DRAFT or decision.call.owner_id != by.organization_id:
        raise Refused(_("已经签发，不能作废"))
    trail.write(by, "decision.drop", decision)
    decision.delete()


@transaction.atomic
def sign_decision(by: Actor, decision_id: int, version: int, decided_on: datetime.date | None = None) -> Decision:
    """Sign and carry out: all entries are approved with their effects, or nothing happens.

    Held entries are left for a later decision. What was drafted is what is signed: a changed content is refused.
    """
    decision = Decision.objects.select_for_update(of=("self",)).select_related("call").get(pk=decision_id)
    if decision.version != version or decision.state != Decision.State.DRAFT:
        raise Refused(_("这份决定已经签发或改过，请看过新的再签"))
    if by.role != "leader" or decision.call.owner_id != by.organization_id:
        raise Refused(_("这份决定由主办单位的领导签发"))
    if decision.drafted_by.person == by.user.person:
        raise Refused(_("起草和签发要两个人"))
    lines = list(decision.lines.select_related("entry").order_by("entry_id"))
    held = [line for line in lines if line.entry.held]
    DecisionLine.objects.filter(pk__in=[line.pk for line in held]).delete()
    lines = [line for line in lines if not line.entry.held]
    if not lines:
        raise Refused(_("名单里的都因异议暂停，现在没有可以定的"))
    decided = Q(pk__in=[line.entry_id for line in lines]) | Q(
        call=decision.call_id, state__in=(State.PASSED_UP, State.APPROVED)
    )
    stop_at(issuing(decision.call, Entry.objects.filter(decided)))
    decision.state, decision.signed_by, decision.signed_at = Decision.State.SIGNED, by.user, days.now()
    decision.decided_on, decision.version = decided_on or days.today(), decision.version + 1
    decision.save()
    digests = dict(Revision.objects.filter(entry__in=[x.entry_id for x in lines]).values_list("entry_id", "digest"))
    for line in lines:
        if content_digest(line.entry) != line.digest or line.entry_id not in digests:
            raise Refused(_("“%(name)s”的内容和起草时不同") % {"name": line.entry.subject})
        make_move(line.entry_id, "approve", by=by, through="decision")
    trail.write(by, "decision.sign", decision, change={"entries": len(lines), "held": len(held)})
    return decision
