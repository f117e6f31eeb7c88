"""``make_move``: the one door through which an entry changes its state.

Lock the row → find the move for this state → has the actor the duty → is the reason given → do the checks pass →
are these another person's hands → set state, desk, version → Record → effects. One transaction.
"""

import datetime
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts.queries import persons_of_members
from portal.core import outbox, trail
from portal.core.actor import Actor
from portal.core.calendar import current
from portal.kit import days
from portal.kit.prepared import Prepared, slot
from portal.kit.refusal import Refused
from portal.registry.models import Organization
from portal.registry.queries.duplicates import former_ids
from programs import checks, duties
from programs.models import Call, Entry, Hand, Revision
from programs.queries import entries, posts, versions
from programs.spec import Desk, Duty, Move, State

MENDING_DAYS = 3
#: Whoever is out gives the rank back: the next one may have the number (rule R14).
OUT_OF_THE_ORDER = frozenset({State.REFUSED, State.WITHDRAWN, State.LAPSED})
#: What a move and its guard read of an entry, besides the unions.
RELATED = ("call", "category", "member", "created_by")
#: The unions, for many entries at once.
UNIONS = ("call__owner", "organization", "desk", "desk__parent", "returned_from", "came_from")
#: What a move changes in an entry.
MOVED = (
    "state", "desk", "desk_since", "came_from", "returned_from", "flags", "rank", "ranked_by", "number", "claim",
    "submitted_at", "revision", "version", "updated_at",
)  # fmt: skip
WHOLE = Prepared(lambda: Entry.objects.select_related(*RELATED).filter(pk=slot("pk")))
SECOND_HAND = gettext_lazy("你已经以另一个身份办过这一件，这一步要换一个人办")


def lock(entry_id: int) -> Entry:
    """The entry under a row lock, with what a move reads."""
    # Two steps: joined to its desk, a row whose desk another move has just changed is lost to PostgreSQL's re-check
    # after the wait, and the second press of a button would find no entry at all.
    Entry.objects.select_for_update().only("pk").get(pk=entry_id)
    entry = WHOLE.first(pk=entry_id)
    entries.place(entry, Organization(pk=entry.organization_id).route(now=True))
    return entry


def why_not(actor: Actor, move: Move, entry: Entry, through: str = "") -> str:
    """Why this actor may not make this move now, "" if they may. Does not run the checks."""
    if entry.state not in move.sources:
        label = entry.get_state_display()
        return _("现在是“%(state)s”，不能这样办") % {"state": label}
    if move.through != through:
        return _("这一步由别处办理")
    if not checks.desk_fits(move.at, entry):
        return _("现在在%(desk)s，不能这样办") % {"desk": entry.desk.short}
    if not duties.holds(actor, move.by, entry):
        return _("这一步不归你办")
    if duties.own_matter(actor, entry):
        return _("这是你本人或亲属的事，请别人办")
    if duties.own_making(actor, entry, move):
        return _("这一件是你填起来的，你已经以另一个身份办过，这一步要换一个人办")
    return ""


def moves_for(actor: Actor, entry: Entry) -> list[Move]:
    """The moves whose buttons this actor sees: right state, desk and duty, not their own matter."""
    return [move for move in entry.call.workflow.open_to(entry.state) if not why_not(actor, move, entry)]


def make_move(
    entry_id: int,
    name: str,
    *,
    by: Actor,
    note: str = "",
    flags: Mapping[str, str] | None = None,
    version: int | None = None,
    through: str = "",
    due: datetime.datetime | None = None,
    held: Entry | None = None,
) -> Entry:
    """Make one move; returns the entry as it is afterwards.

    ``flags`` (field → what to mend) belongs to moves that flag; ``version`` is the one the actor saw; ``through`` is
    given by the action that alone may make the move; ``held`` is the entry from a lock that this very transaction took
    and that nothing but saving has touched since. Raises Refused with a Chinese reason, DoesNotExist for a wrong id.
    """
    try:
        with transaction.atomic():
            return _move(held or lock(entry_id), name, by, note, flags, version, through, due)
    except Refused as refusal:
        # Rule 39: a refusal is logged with who, what and why, outside the transaction that it rolled back.
        trail.write(
            by, "entry.refused", Entry(pk=entry_id), note=str(refusal), change={"move": name}, name=f"#{entry_id}"
        )
        raise


def _move(entry, name, by, note, flags, version, through, due) -> Entry:
    move = entry.call.workflow.move(name)
    if move is None:
        raise Refused(_("没有这一步"))
    _unchanged(entry, version)
    if reason := why_not(by, move, entry, through):
        raise Refused(reason)
    note = note.strip()
    if move.note and not note and not flags:
        raise Refused(_("请写明理由"), "note")
    if move.checked:
        stop_at(checks.findings(entry, name))
    if move.hand:
        _sign(entry, by, move)
    before = {"state": entry.state, "desk": entry.desk_id}
    _apply(entry, move, by, note, flags, due)
    change = {"move": name, "state": [before["state"], entry.state], "desk": [before["desk"], entry.desk_id]}
    if flags:
        change["fields"] = sorted(flags)
    trail.write(by, f"entry.{name}", entry, note=note, change=change)
    for effect in entry.call.program.effects.get(name, ()):
        effect(entry, by, name)
    _tell(entry, move, note)
    return entry


def _unchanged(entry: Entry, version: int | None) -> None:
    if version is None or entry.version == version:
        return
    last = trail.Record.objects.about(entry).select_related("by").order_by("-id").first()
    who = last.by.name if last and last.by else _("别人")
    at = days.short_datetime(entry.updated_at)
    raise Refused(_("%(at)s %(who)s刚改过，你看到的是旧版。请看过新版再办") % {"at": at, "who": who})


def stop_at(findings: list) -> None:
    stops = [one for one in findings if one.stops]
    if stops:
        raise Refused(_said(stops), stops[0].field)


def _said(stops: list) -> str:
    return "；".join(f"{one.title}：{one.sentence or one.figure}" for one in stops)


def _hand(entry: Entry, move: Move) -> str:
    """The pair of hands that makes a move; taking one back is the same hands once more."""
    if move.hand != "desk":
        return move.hand
    return f"desk:{entry.came_from_id if move.by is Duty.PASSER else entry.desk_id}"


def hand_of(actor: Actor, entry: Entry) -> str | None:
    """Which pair of hands the actor was on this entry, if any."""
    return Hand.objects.filter(entry=entry, person__in=_persons(actor)).values_list("hand", flat=True).first()


def second_hand(held: str | None, entry: Entry, move: Move) -> bool:
    """Separation rule S2, just to look: whether who was ``held`` would be another pair of hands by this move."""
    return bool(move.hand) and held not in (None, _hand(entry, move))


def would_refuse(actor: Actor, move: Move, entry: Entry, through: str = "") -> str:
    """What ``make_move`` would refuse this with now, "" if nothing. Needs a transaction, changes nothing."""
    if reason := why_not(actor, move, entry, through):
        return reason
    stops = [one for one in checks.findings(entry, move.name) if one.stops] if move.checked else []
    if stops:
        return _said(stops)
    return str(SECOND_HAND) if second_hand(hand_of(actor, entry), entry, move) else ""


def _sign(entry: Entry, by: Actor, move: Move) -> None:
    """Separation rule S2. Whoever was another pair of hands on this entry cannot be this one."""
    hand = _hand(entry, move)
    # ON CONFLICT DO NOTHING, then look: the constraint decides a race, not a read before it.
    Hand.objects.bulk_create([Hand(entry=entry, user=by.user, hand=hand)], ignore_conflicts=True)
    held = set(Hand.objects.filter(entry=entry, person__in=_persons(by)).values_list("hand", flat=True))
    if held != {hand}:
        raise Refused(SECOND_HAND)


def _persons(by: Actor) -> list[str]:
    """The person, and those who were found to be the same one: their hands were this person's."""
    return [by.person, *persons_of_members(former_ids(by.member_id))]


def _apply(entry: Entry, move: Move, by: Actor, note: str, flags: Mapping[str, str] | None, due) -> None:
    now = days.now()
    came_from = entry.desk
    mended = entry.state == State.RETURNED and move.name == "submit"
    if move.desk is Desk.UP:
        entry.desk = entry.returned_from if mended and entry.returned_from_id else _above(entry)
    elif move.desk is Desk.UNIT:
        entry.desk = entry.organization
    elif move.desk is Desk.OWNER:
        entry.desk = entry.call.owner
    elif move.desk is Desk.BACK:
        entry.desk = entry.came_from
    if move.name == "submit" or move.desk is Desk.BACK:
        entry.came_from = None
    elif entry.desk_id != came_from.pk:
        entry.came_from = came_from
    if move.flags:
        entry.returned_from = came_from
        due = due or days.end_of_day(current().add_workdays(days.today(), MENDING_DAYS, first_day_counts=False))
        entry.flags = {"fields": dict(flags or {}), "note": note, "due": due.isoformat(), "revision": entry.revision}
    elif move.name != "submit":
        entry.flags = {}
    if move.target in OUT_OF_THE_ORDER:
        entry.rank = entry.ranked_by = None
    entry.state = move.target
    if entry.desk_id != came_from.pk or move.name in ("submit", "return"):
        entry.desk_since = now
    if move.name == "submit":
        _freeze(entry, by, now)
    entry.version += 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('portal.move', %s, true)", [str(entry.pk)])
    try:
        entry.save(update_fields=MOVED)
    except IntegrityError as problem:
        if "entry_claim_once" not in str(problem):
            raise
        taken = _("刚有别的单位为这个人报了，一人只能报一项") if entry.member_id else _("本单位在这一项里已经报了一件")
        raise Refused(taken) from problem
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('portal.move', '', true)")


def _above(entry: Entry):
    if entry.desk_id == entry.call.owner_id or entry.desk.parent_id is None:
        return entry.call.owner
    return entry.desk.parent


def _freeze(entry: Entry, by: Actor, now: datetime.datetime) -> None:
    """Number the entry at its first hand-in and keep what was handed in as a revision."""
    entry.submitted_at = entry.submitted_at or now
    entry.claim = entries.claim_of(entry)
    if not entry.number:
        call = Call.objects.select_for_update().only("year", "next_number").get(pk=entry.call_id)
        entry.number = f"{entry.call.program.number_prefix}〔{call.year}〕{call.next_number:04d}"
        call.next_number += 1
        call.save(update_fields=["next_number"])
    entry.revision += 1
    files = [
        {"item": one.item, "name": one.file.name, "sha256": one.file.sha256, "id": one.pk}
        for one in entries.files(entry)
    ]
    Revision.objects.create(
        entry=entry,
        number=entry.revision,
        data=entry.data,
        files=files,
        digest=entries.content_digest(entry),
        call_version_id=versions.last_version_id(entry.call),
        by=by.user,
    )


def _tell(entry: Entry, move: Move, note: str) -> None:
    """Tell the unit what became of its entry. Handing up needs no message: it shows on the desk it reached."""
    told: dict[str, Any] = {
        "return": _("“%(subject)s”退回补正"),
        "refuse": _("“%(subject)s”不通过"),
        "approve": _("“%(subject)s”通过了"),
        "pass-up": _("“%(subject)s”已上报"),
        "grant": _("“%(subject)s”上级批准了"),
        "decline": _("“%(subject)s”上级没批"),
        "send-on": _("“%(subject)s”另行上报了"),
        "grant-more": _("“%(subject)s”上级另行授予了"),
        "decline-more": _("“%(subject)s”上级没有另行授予，我们的决定不变"),
        "revoke": _("“%(subject)s”的荣誉已撤销"),
        "lapse": _("“%(subject)s”逾期没交"),
        "reopen": _("“%(subject)s”可以接着填了"),
        "keep": _("“%(subject)s”不用补正了，仍在审核"),
    }
    if move.name in told:
        subject = told[move.name] % {"subject": entry.subject}
        key = f"entry-{entry.pk}-{entry.version}"
        kind = outbox.Kind.DUE if move.name == "return" else outbox.Kind.NEWS
        outbox.tell(posts.holders(entry.organization_id), subject, note, entry.get_absolute_url(), key, kind)
