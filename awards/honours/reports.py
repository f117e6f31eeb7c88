"""Certificates on paper: their wording, what to look at before printing, the PDF."""

import io
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from pypdf import PdfWriter

from awards.honours.models import Certificate, Honour
from portal.core import exports
from portal.core.actor import Actor
from portal.kit import days, qr
from portal.kit.pdf import marked, render_pdf

#: Certificates drawn at once: small enough to report progress every few seconds.
CHUNK = 50
LONG_NAME, LONG_TITLE, LONG_COLLECTIVE = 6, 16, 18


def period(honour: Honour) -> str:
    """The years that the honour is for, as its call says them: “2024—2025年度”."""
    title = honour.entry.call.title if honour.entry_id else ""
    found = re.match(r"\d{4}(\s*[—-]\s*\d{4})?年度", title)
    return found.group(0) if found else _("%(year)d年度") % {"year": honour.year}


def bearer(honour: Honour) -> str:
    """Whom the certificate names: a person, or a collective with its unit before it."""
    if not honour.collective:
        return honour.name
    unit = honour.organization
    place = unit.workplace if unit is not None and unit.name == honour.unit else honour.unit
    return honour.name if place in honour.name else f"{place}{honour.name}"


def address(certificate: Certificate) -> str:
    """What the QR code opens."""
    return settings.SITE_URL + reverse("verify:certificate", args=[certificate.code])


def wording(honour: Honour, certificate: Certificate | None) -> dict[str, Any]:
    """Everything one sheet shows; without a certificate it is a sample without number and code."""
    name = bearer(honour)
    return {
        "name": name,
        "collective": honour.collective,
        "period": period(honour),
        "title": honour.title,
        "issuer": honour.entry.call.owner.name if honour.entry_id else "",
        "awarded_on": honour.awarded_on,
        "document": honour.document,
        "number": certificate.number if certificate else "",
        "qr": qr.data_uri(address(certificate)) if certificate else "",
        "small": len(name) > (LONG_COLLECTIVE if honour.collective else LONG_NAME),
        "narrow": len(honour.title) > LONG_TITLE,
    }


def pdf(by: Actor, sheets: Iterable[dict[str, Any]], drawn: Callable[[int], None] = lambda n: None) -> bytes:
    """One PDF, one A4 sheet across per certificate, with who had it made in the margin that is cut off. ``drawn`` hears
    how many are done.
    """
    writer, done = PdfWriter(), 0
    for chunk in batches(sheets, CHUNK):
        part = render_pdf("honours/papers/certificates.html", {"sheets": chunk})
        writer.append(io.BytesIO(part))
        done += len(chunk)
        drawn(done)
    out = io.BytesIO()
    writer.write(out)
    return marked(out.getvalue(), exports.paper_mark(by, _("印制荣誉证书")))


def batches(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Lists of at most ``size`` items."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


# ── what a human should look at first ──
def doubts(honours: Iterable[Honour]) -> Iterator[dict[str, Any]]:
    """Names that need an eye before two hundred sheets are printed: rare characters, long ones, changed ones."""
    for honour in honours:
        for why, how in _doubts(honour):
            yield {"honour": honour, "why": why, "how": how}


def _doubts(honour: Honour) -> Iterator[tuple[str, str]]:
    name = bearer(honour)
    rare = [sign for sign in dict.fromkeys(name) if is_rare(sign)]
    if rare:
        yield _("“%(signs)s”是生僻字") % {"signs": "”“".join(rare)}, _("用宋体补字，请核对字形")
    if honour.collective and len(name) > LONG_COLLECTIVE:
        yield _("集体全称 %(n)d 字") % {"n": len(name)}, _("字号 20 缩到 16，必要时两行")
    elif not honour.collective and len(name) > LONG_NAME:
        yield _("姓名 %(n)d 字，超过 %(most)d 字") % {"n": len(name), "most": LONG_NAME}, _("字号 20 缩到 16")
    if honour.member is not None and not honour.collective and honour.member.name != honour.name:
        yield _("决定后改过姓名"), _("照决定写%(name)s，不改") % {"name": honour.name}


def is_rare(sign: str) -> bool:
    """Outside the 6,763 characters of GB 2312, which every font has drawn with care."""
    if not sign.isalpha() or sign.isascii():
        return False
    try:
        sign.encode("gb2312")
    except UnicodeEncodeError:
        return True
    return False


# ── history ──
def history(honour: Honour, certificate: Certificate | None, records: Iterable[Any]) -> list[dict[str, str]]:
    """What happened to an honour, newest first, for the ``timeline`` component."""
    words = {"honour.legacy": _("补录进登记簿"), "honour.revoke": _("撤销"), "certificate.print": _("印了证书")}
    marks = {"honour.revoke": "back"}
    events = [
        (record.at, {
            "title": words[record.act],
            "meta": _who(days.short_datetime(record.at), record.by.name if record.by else ""),
            "quote": _because(honour, record.note) if record.act == "honour.revoke" else "",
            "mark": marks.get(record.act, ""),
        })
        for record in records if record.act in words
    ]  # fmt: skip
    if certificate is not None:
        title = _("做了证书 %(number)s") % {"number": certificate.number}
        events.append((certificate.made_at, {"title": title, "meta": days.short_datetime(certificate.made_at)}))
    decision = honour.decision
    if decision is not None and decision.signed_at:
        meta = _who(days.short_datetime(decision.signed_at), decision.signed_by.name if decision.signed_by else "")
        title = _("%(number)s 授予，登进登记簿") % {"number": decision.number}
        events.append((decision.signed_at, {"title": title, "meta": meta, "mark": "ok"}))
    return [event for _at, event in sorted(events, key=lambda pair: pair[0], reverse=True)]


def _who(at: str, name: str) -> str:
    return f"{at}，{name}" if name else at


def _because(honour: Honour, note: str) -> str:
    return f"{honour.revoked_document}：{note}" if honour.revoked_document else note
