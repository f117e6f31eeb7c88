"""推荐审批表, drawn from the call's frozen fields: as PDF to be printed and sealed, as .docx for those who must edit.

Each carries the version of the data and the check digits of its content, so that a sealed scan can be held against the
entry as it is now (rule R37). The ID number is masked: the full one travels with the electronic entry, not on paper.
"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

from portal.core import exports
from portal.kit import days, weasy
from portal.kit.access import access
from portal.kit.docx import render_docx
from portal.kit.pdf import marked, render_pdf
from portal.kit.refusal import Refused
from programs.forms.entries import readable_day
from programs.models import Entry
from programs.queries import answers, entries, history
from programs.spec import Field
from programs.views import drawn
from programs.views.review import LONG_TEXT, person

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
UNAVAILABLE = 503


def template_path() -> Path:
    """The editable form; made by ``assets/paper/make_entry_form.py``."""
    return Path(settings.BASE_DIR) / "assets" / "paper" / "entry_form.docx"


@access("entry", "read", methods=("GET",))
def entry_pdf(request: HttpRequest, entry_id: int) -> HttpResponse:
    """The form as PDF, or a page that says what the administrator has to install."""
    entry = drawn.visible_entry(request, entry_id)
    try:
        made = render_pdf("programs/papers/entry_form.html", paper(entry))
        made = marked(made, exports.paper_mark(request.actor, _("签字盖章、报送这一件")))
    except Refused as refusal:
        context = {"entry": entry, "reason": str(refusal), "packages": weasy.missing_libraries()}
        return render(request, "programs/papers/unavailable.html", context, status=UNAVAILABLE)
    return _file(made, "application/pdf", _name(entry, "pdf"), inline=True)


@access("entry", "read", methods=("GET",))
def entry_docx(request: HttpRequest, entry_id: int) -> HttpResponse:
    """The same form to be edited in a word processor; needs no system library."""
    entry = drawn.visible_entry(request, entry_id)
    return _file(render_docx(template_path(), paper(entry)), DOCX, _name(entry, "docx"))


def _name(entry: Entry, suffix: str) -> str:
    title = entry.call.program.form_title or entry.call.title
    return get_valid_filename(f"{title}-{entry.subject}-第{entry.version}版.{suffix}")


def _file(content: bytes, mime: str, name: str, inline: bool = False) -> HttpResponse:
    response = HttpResponse(content, content_type=mime)
    response["Content-Disposition"] = content_disposition_header(not inline, name)
    response["Cache-Control"] = "private, no-store"
    return response


# ── what stands on it ──
def paper(entry: Entry) -> dict[str, Any]:
    """Facts in pairs, short and long texts, the procedure, and one place for the opinion and seal of every desk."""
    fields = entry.questions
    first = fields[0].section if fields else ""
    narrow = [one for one in fields if one.kind not in ("longtext", "table")]
    facts = [*_person(entry), *((one.label, _said(one, entry)) for one in narrow if one.section == first)]
    later: dict[str, list[tuple[str, str]]] = {}
    for one in narrow:
        if one.section != first:
            later.setdefault(one.section, []).append((one.label, _said(one, entry)))
    collective = entry.call.program.subject != "member"
    version = _("第 %(n)d 版数据") % {"n": entry.version}
    made = days.short_datetime(days.now())
    code = entries.check_digits(entries.content_digest(entry))
    return {
        "title": entry.call.program.form_title or entry.call.title, "edition": entry.call.title,
        "category": entry.category.name, "photo": not collective, "unit": entries.unit_name(entry),
        "head": pairs(facts[:8]) if not collective else [], "facts": pairs(facts[8:] if not collective else facts),
        "shorts": [(one.label, _said(one, entry)) for one in _texts(fields, short=True)],
        "longs": [(one.label, one.limit, _paragraphs(_said(one, entry))) for one in _texts(fields, short=False)],
        "tables": [answers.grid(one, entry.data.get(one.name)) for one in fields if one.kind == "table"],
        "later": [{"title": title, "rows": pairs(rows)} for title, rows in later.items()],
        "opinions": _opinions(entry),
        "stamp": "　".join(filter(None, [entry.number, version, made, _("校验 %(code)s") % {"code": code}])),
    }  # fmt: skip


def _said(one: Field, entry: Entry) -> str:
    if one.kind == "date":
        # Paper outlives the year in which "11月12日" is plain.
        return readable_day(entry.data.get(one.name))
    return drawn.answer(one, entry.data.get(one.name))


def _person(entry: Entry) -> list[tuple[str, str]]:
    if entry.call.program.subject == "organization":
        return person(entry)
    unit = _("所在单位") if entry.call.program.called.name else _("工作单位")
    asked = {one.label for one in entry.questions}
    known = [(label, str(value)) for label, value in person(entry) if label not in asked]
    return [*known, (unit, entries.unit_name(entry))]


def pairs(rows: list[tuple[str, str]]) -> list[dict[str, str]]:
    """Two facts per line of the table."""
    padded = [*rows, ("", "")] if len(rows) % 2 else rows
    return [
        {"a": padded[n][0], "av": padded[n][1], "b": padded[n + 1][0], "bv": padded[n + 1][1]}
        for n in range(0, len(padded), 2)
    ]


def _texts(fields: tuple[Field, ...], short: bool) -> list[Field]:
    return [one for one in fields if one.kind == "longtext" and (0 < one.limit <= LONG_TEXT) == short]


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()] or [""]


def _opinions(entry: Entry) -> list[dict[str, Any]]:
    """The unit, its party organisation, every level above it, the owner: in the order in which they seal."""
    way = history.way_up(entry)
    found = [{"who": _("所在单位工会意见"), "sign": True}, {"who": _("所在单位党组织意见"), "sign": True}]
    found += [{"who": _("%(name)s意见") % {"name": one.short}, "sign": True} for one in way[1:-1]]
    return [*found, {"who": _("%(name)s审批意见") % {"name": way[-1].short}, "sign": False}]
