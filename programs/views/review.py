"""One entry as its reviewer, its unit and its subject read it: what changed, what it says, the papers."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.core.actor import Actor
from portal.kit import days
from portal.kit.access import access
from portal.kit.figures import marked
from portal.kit.text import count_chars, mask_id
from programs import duties
from programs.actions import drafts
from programs.forms.entries import flag_choices
from programs.models import Entry, Revision
from programs.queries import answers, entries, history
from programs.spec import Duty, State
from programs.views import drawn

LONG_TEXT = 600
IMAGES = ("image/jpeg", "image/png", "image/webp")


@access("entry", "read", methods=("GET",))
def entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """The page of an entry. Whoever has to write it is led to the form instead (``?read=1`` stays)."""
    found = drawn.visible_entry(request, entry_id)
    actor = request.actor
    owner = duties.holds(actor, Duty.OWNER, found)
    if owner and found.editable and "read" not in request.GET:
        return redirect("programs:entry_edit", found.pk)
    moves = drawn.buttons(actor, found)
    main = next((one for one in moves if one.move.main), None)
    blocked = next((one.blocked for one in [main, *moves] if one and one.blocked), "")
    rules = (main.findings if main else ()) or drawn.findings(found, main.move.name if main else "")
    looked = [one for one in rules if one.rule not in ("answers_complete", "materials_complete") or one.level != "good"]
    way, acts = history.way_up(found), history.records(found)
    context = {
        "entry": found, "owner": owner, "why_not": blocked,
        "moves": moves, "main": main, "rest": [one for one in moves if one is not main],
        "own": duties.own_matter(actor, found) and duties.holds(actor, Duty.DESK, found),
        "findings": drawn.rules(looked), "steps": history.steps(found, acts, way),
        "events": history.events(found, acts, way), "changed": _news(actor, found, owner),
        "waiting": _waiting(actor, found),
        "mend": _mending(found), **content(found, found.data), **papers(request, found), **_neighbours(actor, found),
    }  # fmt: skip
    return render(request, "programs/entry.html", context)


@access("entry", "read", methods=("GET",))
def entry_revision(request: HttpRequest, entry_id: int, revision: int) -> HttpResponse:
    """The content as it was handed in that time, with the check digits that its print carries."""
    found = drawn.visible_entry(request, entry_id)
    kept = get_object_or_404(Revision.objects.select_related("by"), entry=found, number=revision)
    if found.submitted_at is None:
        raise Http404
    labels = dict(flag_choices(found))
    listed = [{"name": labels.get(f"file-{one['item']}", one["item"]), "detail": one["name"]} for one in kept.files]
    before = found.revisions.filter(number=kept.number - 1).first()
    context = {
        "entry": found, "revision": kept, "kept_files": listed, "code": entries.check_digits(kept.digest),
        "changed": _between(found, before, kept) if before else None,
        "others": [number for number in range(found.revision, 0, -1) if number != kept.number],
    }  # fmt: skip
    return render(request, "programs/entry_revision.html", {**context, **content(found, kept.data)})


# ── what it says ──
def content(found: Entry, data: dict[str, Any]) -> dict[str, Any]:
    """Facts by section, the long texts, each with its count, and the tables."""
    sections: dict[str, list[tuple[str, Any]]] = {}
    texts, tables = [], []
    for one in found.questions:
        if one.kind == "table":
            tables.append(answers.grid(one, data.get(one.name)))
            continue
        value = drawn.answer(one, data.get(one.name))
        if one.kind == "longtext" and one.limit > LONG_TEXT:
            texts.append({"label": one.label, "text": value, "count": count_chars(value), "limit": one.limit})
        else:
            sections.setdefault(one.section, []).append((one.label, value or _missing()))
    first = next(iter(sections), _("基本情况"))
    asked = {one.label for one in found.questions}
    known = [(label, value) for label, value in person(found) if label not in asked]
    sections[first] = [*known, *sections.get(first, [])]
    return {"sections": list(sections.items()), "texts": texts, "tables": tables}


def _missing() -> SafeString:
    return format_html('<span class="sub">{}</span>', _("没填"))


def person(found: Entry) -> list[tuple[str, Any]]:
    """Who it is about, as far as the form itself does not ask; the ID number is masked."""
    called = found.call.program.called
    if found.call.program.subject != "member":
        head = [(called.head, found.member.name)] if found.member else []
        return [(called.name or _("单位"), found.subject), *head]
    number = mask_id(found.member.document_number) if found.member else ""
    return [(_("姓名"), found.subject), (_("证件"), format_html('<span class="num">{}</span>', number))]


# ── what changed ──
def _news(actor: Actor, found: Entry, owner: bool) -> dict[str, Any] | None:
    """For staff: what changed since they last looked. The subject and the unit itself know what they wrote."""
    if not actor.post:
        return None
    seen = None if owner else drafts.look(actor, found)
    return changed(found, seen.before if seen else 0)


def changed(found: Entry, seen: int = 0) -> dict[str, Any] | None:
    """What the newest version changed: since the reader's last look at version ``seen``, else since the one before.

    What was asked for comes first, then what nobody asked for.
    """
    new, old = entries.last_revisions(found)
    if new is None or old is None:
        return None
    if 0 < seen < old.number:
        old = found.revisions.get(number=seen)
    return _between(found, old, new, seen == old.number)


def _between(found: Entry, old: Revision, new: Revision, seen: bool = False) -> dict[str, Any] | None:
    asked = found.flags.get("fields", {}) if found.flags.get("revision") == old.number else {}
    rows = [
        {"name": row["name"], "label": row["label"], "html": marked(row["old"], row["new"]), "asked": row["asked"]}
        for row in entries.changes(found.questions, old.data, new.data, asked)
    ]
    rows += _changed_files(found, old, new, asked)
    done = {row["name"] for row in rows}
    if asked:
        labels = dict(flag_choices(found))
        rows += [
            {"name": name, "label": labels.get(name, name), "html": _untouched(text), "asked": True}
            for name, text in asked.items()
            if name not in done
        ]
        title = _("上次退回要改 %(n)d 处，改了 %(m)d 处") % {"n": len(asked), "m": len(done & set(asked))}
    else:
        since = _("你上次看以后，改了 %(n)d 处") if seen else _("和上一版比，改了 %(n)d 处")
        title = since % {"n": len(rows)}
        rows = [{**row, "asked": None} for row in rows]
    return {"title": title, "rows": rows, "old": old.number, "new": new.number} if rows else None


def _untouched(text: str) -> SafeString:
    return format_html('{} <span class="tag bad">{}</span>', text, _("没改"))


def _changed_files(found: Entry, old: Revision, new: Revision, asked: dict[str, str]) -> list[dict[str, Any]]:
    def by_item(revision: Revision) -> dict[str, list[tuple[str, str]]]:
        kept: dict[str, list[tuple[str, str]]] = {}
        for one in revision.files:
            kept.setdefault(one["item"], []).append((one["sha256"], one["name"]))
        return kept

    before, after = by_item(old), by_item(new)
    rows = []
    for item in found.papers:
        was, now = before.get(item.name, []), after.get(item.name, [])
        if was == now:
            continue
        gone = [name for sha, name in was if (sha, name) not in now]
        came = [name for sha, name in now if (sha, name) not in was]
        html = format_html("{}{}{}", _run("del", gone), " " if gone and came else "", _run("ins", came))
        name = f"file-{item.name}"
        # A new signed print is what any change of the content asks for.
        rows.append({"name": name, "label": item.label, "html": html, "asked": name in asked or item.printed})
    return sorted(rows, key=lambda row: not row["asked"])


def _run(tag: str, names: list[str]) -> SafeString:
    return format_html("<{0}>{1}</{0}>", tag, "、".join(names)) if names else SafeString("")


# ── the papers ──
def papers(request: HttpRequest, found: Entry) -> dict[str, Any]:
    """The list of papers and the one that lies open (``?file=``)."""
    rows = [one for there in entries.files_by_item(found).values() for one in there]
    labels = {item.name: n for n, item in enumerate(found.papers)}
    names = {item.name: item.label for item in found.papers}
    listed = sorted(rows, key=lambda one: (labels.get(one.item, 99), one.pk))
    wanted = request.GET.get("file", "")
    digest = entries.content_digest(found)
    printed = {item.name for item in found.papers if item.printed}
    lines = []
    for one in listed:
        fits = "" if one.item not in printed else _("与内容一致") if one.digest == digest else _("与现在的内容不一致")
        lines.append(
            {"pk": one.pk, "label": names.get(one.item, one.item), "name": one.file.name, "url": drawn.file_url(one),
             "size": drawn.size_words(one.file.size), "image": one.file.mime in IMAGES,
             "pdf": one.file.mime == "application/pdf", "fits": fits, "stale": bool(fits) and one.digest != digest}
        )  # fmt: skip
    current = next((line for line in lines if str(line["pk"]) == wanted), lines[0] if lines else None)
    return {"papers": lines, "open": current}


# ── where it stands ──
def _waiting(actor: Actor, found: Entry) -> dict[str, str] | None:
    waited = history.stayed(found)
    if found.state != State.REVIEW or waited is None:
        return None
    mine = actor.organization_id == found.desk_id
    where = _("在你这里") if mine else _("在%(desk)s") % {"desk": found.desk.short}
    day = _("今天刚到") if waited == 0 else _("已 %(n)d 个工作日") % {"n": waited}
    return {"text": f"{where}，{day}", "css": "now" if waited >= 4 and mine else "soon" if waited >= 3 and mine else ""}


def _mending(found: Entry) -> dict[str, Any] | None:
    if found.state != State.RETURNED or not found.flags:
        return None
    labels = dict(flag_choices(found))
    asked = [(labels.get(name, name), text) for name, text in found.flags.get("fields", {}).items()]
    return {"note": found.flags.get("note", ""), "asked": asked, "due": days.parse_date(found.flags["due"][:10])}


def _neighbours(actor: Actor, found: Entry) -> dict[str, Any]:
    """The ones before and after it among what waits for the acting post."""
    mine = found.state == State.REVIEW and duties.holds(actor, Duty.DESK, found)
    return entries.neighbours(actor, found) if mine else {}
