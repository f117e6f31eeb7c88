"""How the pages of an entry draw what the rules found, the papers that came with it, and the moves that are open."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.core.actor import Actor
from portal.kit import days, figures
from portal.registry.models import Organization
from programs import checks
from programs.actions.moves import hand_of, moves_for, second_hand
from programs.models import Attachment, Entry
from programs.queries import answers, entries
from programs.spec import Field, Finding, Material, Meter, Move, State

MEGABYTE = 1 << 20
RELATED = ("call", "category", "member", "saved_by", "created_by")
ACCEPT = {"pdf": ".pdf", "image": ".jpg,.jpeg,.png,.webp"}


def found_entry(request: HttpRequest, entry_id: int, *related: str) -> Entry:
    """The entry with what is named in ``related``, or 404 for whoever may not see it."""
    found = entries.seen(request.actor, entry_id, *related)
    if found is None:
        raise Http404
    return found


def visible_entry(request: HttpRequest, entry_id: int) -> Entry:
    """The entry with all that its pages read, or 404 for whoever may not see it."""
    found = found_entry(request, entry_id, *RELATED)
    # most of its unions lie on the way up from its unit, which the pages show anyway
    entries.place(found, Organization(pk=found.organization_id).route())
    return found


def question(entry: Entry, name: str) -> tuple[Field | None, str]:
    """The field of that name and how it is called; the collective's own name is no field."""
    asked = next((one for one in entry.call.fields if one.name == name), None)
    return asked, asked.label if asked else entry.call.program.called.name


def answer(one: Field, value: Any) -> str:
    """An answer as people read it; dates without leading zeros' noise."""
    text = answers.shown(one, value)
    if one.kind == "date" and text:
        try:
            return days.short_date(days.parse_date(text))
        except ValueError:
            return text
    return f"{value:,}" if one.kind == "int" and isinstance(value, int) else text


def differing(one: Field, old: Any, new: Any) -> tuple[str, str]:
    """Both answers as people read them; of a table only the rows that differ."""
    return answers.differing(one, old, new) if one.kind == "table" else (answer(one, old), answer(one, new))


# ── rules ──
def _meter(finding: Finding) -> Any:
    meter: Meter | None = finding.meter
    if meter is None:
        return None
    text = f"{finding.title} {finding.figure}"
    if meter.pips:
        return figures.Pips(int(meter.value), int(meter.maximum), text)
    limit = meter.maximum if meter.limit is None else meter.limit
    return figures.Meter(meter.value, limit, meter.maximum, text, good=finding.level in ("good", "near"))


def rules(found: Iterable[Finding], link: Callable[[str], str] | None = None) -> list[dict[str, Any]]:
    """Findings as the component draws them; ``link`` turns a field's name into the address that mends it."""
    return [
        {
            "title": one.title, "figure": one.figure, "state": "blocked" if one.stops else one.level,
            "sentence": one.sentence, "cure": one.cure, "meter": _meter(one),
            "cure_url": link(one.field) if link and one.field else "",
        }
        for one in found
    ]  # fmt: skip


def findings(entry: Entry, move: str = "") -> list[Finding]:
    """The findings for a move, just to look at them: outside a transaction nothing is locked."""
    return checks.findings(entry, move)


# ── papers ──
def size_words(size: int) -> str:
    """1.2 MB, 340 kB."""
    return f"{size / MEGABYTE:.1f} MB" if size >= MEGABYTE else f"{max(1, size // 1024)} kB"


def file_url(one: Attachment) -> str:
    return reverse("programs:attachment", args=[one.entry_id, one.pk])


def file_accept(item: Material) -> str:
    """What the file picker offers first; the content decides."""
    return ",".join(ACCEPT.get(kind, "") for kind in item.kinds)


def file_list(entry: Entry, asked: dict[str, str], error: tuple[str, str] = ("", "")) -> list[dict[str, Any]]:
    """The checklist as the component draws it: one line per paper that is there, one per paper that may still come."""
    have = entries.files_by_item(entry)
    digest = entries.content_digest(entry)
    lines: list[dict[str, Any]] = []
    for item in entry.papers:
        upload = f"{reverse('programs:entry_files', args=[entry.pk])}?item={item.name}"
        there = have.get(item.name, [])
        common = {"required": item.required, "accept": file_accept(item)}
        wrong = error[1] if error[0] == item.name else ""
        words = asked.get(f"file-{item.name}", "")
        for one in there:
            stale = item.printed and one.digest != digest
            said = (
                _("内容后来改过，要重新打印、盖章、上传")
                if stale
                else _("请改：%(text)s") % {"text": words}
                if words
                else ""
            )
            line = {
                **common, "name": item.label, "state": "want" if stale else "have", "url": file_url(one), "said": said,
                "detail": f"{one.file.name} · {size_words(one.file.size)}",
                "remove_url": reverse("programs:attachment_remove", args=[entry.pk, one.pk]),
            }  # fmt: skip
            lines.append(line)
        if there:
            more = len(there) < item.limit and lines[-1]["state"] == "have"
            lines[-1] |= {"upload_url": upload, "error": wrong, "upload_verb": _("再加一份") if more else _("换一份")}
        else:
            state = "want" if item.required else ""
            lines.append(
                {
                    **common,
                    "name": item.label,
                    "state": state,
                    "detail": item.help,
                    "upload_url": upload,
                    "error": wrong,
                }
            )
    return lines


# ── moves ──
@dataclass(frozen=True)
class Button:
    """A move as a button; one that ``asks`` needs words first. ``blocked`` says what is missing."""

    move: Move
    label: str
    url: str
    asks: bool
    blocked: str = ""
    findings: tuple[Finding, ...] = ()

    @property
    def css(self) -> str:
        return "btn-primary" if self.move.main else "btn-grave" if self.move.grave else ""


def move_label(move: Move, entry: Entry) -> str:
    """The label with the receiver's name in it."""
    back_to = entry.returned_from if entry.state == State.RETURNED and entry.returned_from_id else None
    above = back_to or (entry.desk.parent if entry.desk_id != entry.call.owner_id else None) or entry.call.owner
    return str(move.label) % {"up": above.short} if "%(" in str(move.label) else str(move.label)


def open_moves(actor: Actor, entry: Entry) -> list[Button]:
    """Every move this actor may make, without asking what is missing: for the form, which shows that beside itself."""
    found = []
    for move in moves_for(actor, entry):
        url = reverse("programs:entry_move", args=[entry.pk, move.name])
        found.append(Button(move, move_label(move, entry), url, move.note or move.flags or move.grave))
    return sorted(found, key=lambda one: (one.move.main, not one.move.grave, one.move.flags))


def buttons(actor: Actor, entry: Entry) -> list[Button]:
    """Every move this actor may make; one that cannot be made yet stays, greyed, with what is missing."""
    found, held = [], hand_of(actor, entry)
    for button in open_moves(actor, entry):
        blocked, seen = "", []
        if second_hand(held, entry, button.move):
            blocked = _("你已经以另一个身份办过这一件，要换一个人办")
        elif button.move.checked:
            seen = findings(entry, button.move.name)
            stops = [one for one in seen if one.stops]
            blocked = "；".join(f"{one.title}：{one.sentence or one.figure}" for one in stops[:2])
        found.append(replace(button, blocked=blocked, findings=tuple(seen)))
    return found
