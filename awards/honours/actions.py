"""Writing the register: registering what was decided, certificates, revocation, honours from before the portal."""

import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from awards.honours.models import Certificate, CertificateBatch, Honour
from portal.core import files, jobs, trail
from portal.core.actor import Actor
from portal.core.models import Job
from portal.kit import days, pinyin
from portal.kit.refusal import Refused
from programs.actions.moves import make_move
from programs.models import Call, Decision, Entry

_NUMBER_LOCK = 714100


def register_honour(entry: Entry, by: Actor, move: str) -> None:
    """Effect of ``approve``, ``grant`` and ``grant-more``: the honour stands in the register in the move's own
    transaction. What an outside body grants besides ours is an honour of its own, which ours does not take along.
    """
    on, document, decision = _settled_by(entry, move)
    besides = move == "grant-more"
    prize = (besides and entry.passing_line.passing.sought) or entry.category
    program = entry.call.program
    key, _initials = pinyin.keys(entry.subject)
    Honour.objects.create(
        title=prize.name, family=program.series, level=level_of(prize.key), year=entry.call.year,
        awarded_on=on, member=entry.member if program.subject == "member" else None,
        organization=entry.organization, name=entry.subject, pinyin=key, collective=program.subject != "member",
        unit=entry.organization.name, document=document, decision=decision, entry=None if besides else entry,
    )  # fmt: skip


def _settled_by(entry: Entry, move: str) -> tuple[datetime.date, str, Decision | None]:
    """(day, document, our own decision) that approved an entry; an outside body's answer is no decision of ours."""
    if move in ("grant", "grant-more"):
        return entry.passing_line.outcome_on, entry.passing_line.outcome_number, None
    decision = entry.decision_lines.select_related("decision").get().decision
    return decision.decided_on, decision.number, decision


def level_of(category_key: str) -> str:
    """A category's key starts with its level: ``city-person``, ``system-collective``."""
    level = category_key.partition("-")[0]
    return level if level in Honour.HEIGHT else Honour.Level.SYSTEM


@transaction.atomic
def start_certificates(by: Actor, call: Call) -> CertificateBatch:
    """Queue one PDF with a certificate for every standing honour of the call that has none yet."""
    if call.owner_id != by.organization_id:
        raise Refused(_("这项评选不归你们主办"))
    # Two presses at once must not make two batches of the same honours.
    Call.objects.select_for_update().get(pk=call.pk)
    if CertificateBatch.objects.filter(call=call, job__state__in=[Job.State.QUEUED, Job.State.RUNNING]).exists():
        raise Refused(_("上一批还在做，做完再看还差几张"))
    waiting = Honour.objects.standing().filter(entry__call=call, decision__isnull=False, certified=False).count()
    if not waiting:
        raise Refused(_("没有还没做证书的荣誉"))
    batch = CertificateBatch.objects.create(call=call, count=waiting, created_by=by.user)
    title = _("做证书：%(title)s，%(n)d 张") % {"title": call.title, "n": waiting}
    batch.job = jobs.start("honours.certificates", by, title, {"batch": batch.pk}, queue="documents")
    batch.save(update_fields=["job"])
    trail.write(by, "certificate.start", batch, change={"call": call.pk, "count": waiting})
    return batch


@transaction.atomic
def restart_certificates(by: Actor, batch_id: int) -> CertificateBatch:
    """Make a batch's PDF again after its job failed or was stopped; numbers that were given stay."""
    batch = CertificateBatch.objects.select_for_update(of=("self",)).select_related("call", "job").get(pk=batch_id)
    if batch.call.owner_id != by.organization_id:
        raise Refused(_("这项评选不归你们主办"))
    if batch.file_id or (batch.job and batch.job.open):
        raise Refused(_("这一批已经做好或正在做"))
    title = _("做证书：%(title)s，%(n)d 张") % {"title": batch.call.title, "n": batch.count}
    batch.job = jobs.start("honours.certificates", by, title, {"batch": batch.pk}, queue="documents")
    batch.save(update_fields=["job"])
    trail.write(by, "certificate.start", batch, change={"call": batch.call_id, "count": batch.count})
    return batch


@transaction.atomic
def number_certificates(batch: CertificateBatch) -> list[Certificate]:
    """Number the batch's certificates; safe to repeat after a crash: an honour has one certificate, ever."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_NUMBER_LOCK])
    call = batch.call
    rows = (
        Honour.objects.standing()
        .filter(entry__call=call, decision__isnull=False, certified=False)
        .order_by("entry__number")
    )
    prefix = f"{call.program.number_prefix} {call.year}-"
    given = Certificate.objects.filter(number__startswith=prefix).count()
    for n, honour in enumerate(rows, given + 1):
        Certificate.objects.create(honour=honour, batch=batch, number=f"{prefix}{n:04d}")
    made = batch.certificates.select_related("honour__entry__call__owner", "honour__decision", "honour__organization")
    return list(made.order_by("number"))


@transaction.atomic
def keep_pdf(batch: CertificateBatch, content: bytes, by: Actor) -> None:
    """Keep the batch's PDF."""
    batch.file = files.keep(content, f"证书-{batch.call.title}.pdf", "application/pdf", by)
    batch.count = batch.certificates.filter(honour__revoked_at__isnull=True).count()
    batch.save(update_fields=["file", "count"])
    trail.write(by, "certificate.made", batch, change={"count": batch.count, "sha256": batch.file.sha256})


@transaction.atomic
def revoke(by: Actor, honour_id: int, document: str, reason: str) -> Honour:
    """Revoke an honour (R33): the register keeps its history, the public page says so at once."""
    honour = Honour.objects.select_for_update(of=("self",)).select_related("entry", "organization").get(pk=honour_id)
    if honour.revoked:
        raise Refused(_("已经撤销过了"))
    if not document.strip():
        raise Refused(_("请写撤销决定的文号"), "document")
    if not reason.strip():
        raise Refused(_("请写明原因"), "reason")
    if by.role != "leader" or by.organization.parent_id is not None:
        raise Refused(_("撤销由主办单位的领导办理"))
    if honour.entry_id:
        make_move(honour.entry_id, "revoke", by=by, note=reason, through="revocation")
    honour.revoked_at, honour.revoked_by = days.now(), by.user
    honour.revoked_document, honour.revoked_reason = document.strip(), reason.strip()
    honour.save()
    trail.write(by, "honour.revoke", honour, note=reason.strip(), change={"document": document.strip()})
    return honour


@transaction.atomic
def register_legacy(by: Actor, **values: Any) -> Honour:
    """Enter an honour from before the portal, so that the no-repeat rule knows it."""
    key, _initials = pinyin.keys(values["name"])
    honour = Honour.objects.create(pinyin=key, **values)
    trail.write(by, "honour.legacy", honour, change={"family": honour.family, "year": honour.year})
    return honour


@transaction.atomic
def register_many(by: Actor, honours: list[Honour]) -> list[Honour]:
    """Enter many honours from before the portal at once, each with its record."""
    for honour in honours:
        honour.pinyin, _initials = pinyin.keys(honour.name)
    Honour.objects.bulk_create(honours, batch_size=1000)
    lines = (("honour.legacy", honour, {"family": honour.family, "year": honour.year}, "") for honour in honours)
    trail.write_many(by, lines)
    return honours
