"""The engine's own rules. Each is one function used by the form, the review page, the API and the guarded move.

A check gets the entry and the name of the move ("" while somebody is just looking) and says what it found, with its
figures. A finding of level ``stop`` keeps the move from happening; the same finding is shown before anybody tries.
Sources: rule numbers of the domain report, section D1.
"""

import datetime
from typing import Any

from django.utils.translation import gettext as _

from portal.core.calendar import current
from portal.kit import days
from portal.kit.text import count_chars
from programs.models import Entry, NoticeLine, Objection
from programs.queries import deadlines, entries, quotas
from programs.spec import At, Field, Finding, Meter, State

#: Moves at which the content itself is checked: into the desks, onto the slate, out to the public.
CONTENT_MOVES = ("", "submit", "forward", "propose", "publish")


def window_open(entry: Entry, move: str) -> list[Finding]:
    """R35: handing in counts by the server's clock; a unit's extension and a mending deadline are honoured."""
    if move not in ("", "submit") or not entry.editable:
        return []
    now, due = days.now(), deadlines.due(entry)
    shown = days.short_datetime(due)
    if entry.call.opens_at > now:
        opens = days.short_datetime(entry.call.opens_at)
        return [Finding("window_open", _("报送时间"), opens, "stop", _("%(at)s 才开始报送") % {"at": opens})]
    if now > due:
        late = current().left_phrase(now, due)
        return [
            Finding(
                "window_open", _("报送时间"), shown, "stop", _("%(at)s 已截止，%(late)s") % {"at": shown, "late": late}
            )
        ]
    left = current().workdays_left(now, due)
    level = "near" if left <= 1 else "good"
    return [
        Finding("window_open", _("报送时间"), current().left_phrase(now, due), level, _("%(at)s 截止") % {"at": shown})
    ]


def answer_problem(field: Field, value: Any) -> str:
    """What is wrong with one answer, in words that carry the figure; empty when nothing is."""
    if value in (None, "", []):
        return _("没填") if field.required else ""
    if field.kind in ("text", "longtext") and field.limit:
        n = count_chars(str(value))
        if n > field.limit:
            return _("最多 %(limit)d 字，现在 %(n)d 字，多 %(over)d 字") % {
                "limit": field.limit, "n": n, "over": n - field.limit,
            }  # fmt: skip
    if field.kind == "int":
        # A draft is kept as it was typed, so a number may still be words here.
        if not isinstance(value, int):
            return _("要填整数，只写数字")
        if field.minimum is not None and value < field.minimum:
            return _("不能少于 %(n)d") % {"n": field.minimum}
        if field.maximum is not None and value > field.maximum:
            return _("不能多于 %(n)d") % {"n": field.maximum}
    if field.kind == "choice" and not field.locked and value not in dict(field.choices):
        return _("请从给出的里面选")
    if field.kind == "bool" and field.required and not value:
        return _("要勾上")
    return _date_problem(value) if field.kind == "date" else ""


def _date_problem(value: Any) -> str:
    try:
        datetime.date.fromisoformat(str(value))
    except ValueError:
        return _("日期写成 2026-11-12 这样")
    return ""


def answers_complete(entry: Entry, move: str) -> list[Finding]:
    """Every required question is answered and no text is too long (R11)."""
    if move not in CONTENT_MOVES:
        return []
    found = [(one, answer_problem(one, entry.data.get(one.name))) for one in entry.call.fields]
    wrong = [(one, problem) for one, problem in found if problem]
    total = len(found)
    if not wrong:
        return [Finding("answers_complete", _("表格填齐"), f"{total} / {total}")]
    first = wrong[0][0]
    return [
        Finding(
            "answers_complete", _("表格填齐"), f"{total - len(wrong)} / {total}", "stop",
            "、".join(f"{one.label}（{text}）" for one, text in wrong[:4]),
            _("去填“%(label)s”") % {"label": first.label}, first.name, Meter(total - len(wrong), total, total),
        )
    ]  # fmt: skip


def materials_complete(entry: Entry, move: str) -> list[Finding]:
    """The checklist is complete, and the signed print shows what the entry says now (R11, R37)."""
    if move not in CONTENT_MOVES:
        return []
    have = entries.files_by_item(entry)
    needed = [item for item in entry.call.materials if item.required]
    missing = [item for item in needed if not have.get(item.name)]
    findings = []
    figure = f"{len(needed) - len(missing)} / {len(needed)}"
    if missing:
        names = "、".join(item.label for item in missing)
        text = _("还差 %(n)d 样：%(names)s") % {"n": len(missing), "names": names}
        findings.append(
            Finding("materials_complete", _("材料交齐"), figure, "stop", text, _("去上传"), f"file-{missing[0].name}",
                    Meter(len(needed) - len(missing), len(needed), pips=True))
        )  # fmt: skip
    elif needed:
        findings.append(Finding("materials_complete", _("材料交齐"), figure))
    digest = entries.content_digest(entry)
    for item in entry.call.materials:
        if item.printed and any(one.digest != digest for one in have.get(item.name, [])):
            findings.append(
                Finding("print_matches", _("盖章表与内容一致"), _("内容后来改过"), "stop",
                        _("盖章的%(label)s是按旧内容打印的，现在的校验码是 %(code)s。")
                        % {"label": item.label, "code": entries.check_digits(digest)},
                        _("重新打印、盖章、上传"), f"file-{item.name}")
            )  # fmt: skip
    return findings


def quota_kept(entry: Entry, move: str) -> list[Finding]:
    """R2: a unit hands no more to the owner than its places. Warned below, blocked at the move that hands it over."""
    if move not in ("", "submit", "forward"):
        return []
    hands_over = move != "" and entry.desk.parent_id == entry.call.owner_id
    if move == "submit" and entry.state == State.DRAFT:
        hands_over = entry.organization.parent_id == entry.call.owner_id
    if move == "submit" and entry.state == State.RETURNED:
        hands_over = entry.returned_from_id == entry.call.owner_id
    there = quotas.places(entry, lock=hands_over)
    if there.given is None:
        text = _("%(unit)s在“%(category)s”没有名额") % {"unit": there.unit.short, "category": entry.category.name}
        return [Finding("quota_kept", _("名额"), _("没有"), "stop", text)]
    used = there.used + 1
    figure = f"{used} / {there.given}"
    meter = Meter(min(used, there.given), max(there.given, 1), there.given, pips=there.given <= 12)
    waiting = _("，另有 %(n)d 件还没交上来") % {"n": there.waiting} if there.waiting else ""
    if used > there.given:
        text = _("%(unit)s有 %(given)d 个名额，含这一件是 %(used)d 个，多 %(over)d 个%(waiting)s") % {
            "unit": there.unit.short, "given": there.given, "used": used, "over": used - there.given,
            "waiting": waiting,
        }  # fmt: skip
        # Not yet at the owner's door: a district may still choose among more than it can hand over.
        direct = entry.organization_id == there.unit.pk
        level = "stop" if hands_over or direct else "short"
        return [Finding("quota_kept", _("名额"), figure, level, text, _("撤回一件，或请主办单位调整名额"), meter=meter)]
    left = there.given - used
    text = _("%(unit)s有 %(given)d 个，含这一件用 %(used)d 个，还剩 %(left)d 个%(waiting)s") % {
        "unit": there.unit.short, "given": there.given, "used": used, "left": left, "waiting": waiting,
    }  # fmt: skip
    return [Finding("quota_kept", _("名额"), figure, "good", text, meter=meter)]


def one_entry(entry: Entry, move: str) -> list[Finding]:
    """R8: one person is recommended once per edition, over all categories and units."""
    if move not in CONTENT_MOVES or entry.member_id is None or entry.call.program.subject != "member":
        return []
    other = entries.rivals(entry).select_related("category", "organization").first()
    if other is None:
        return [Finding("one_entry", _("一人一届只报一项"), _("没有重复"))]
    text = _("%(unit)s已报“%(category)s”（%(state)s）") % {
        "unit": other.organization.name, "category": other.category.name, "state": other.get_state_display(),
    }  # fmt: skip
    return [Finding("one_entry", _("一人一届只报一项"), _("重复"), "stop", text, _("先撤回那一件"))]


def notice_is_over(entry: Entry, move: str) -> list[Finding]:
    """R16: nothing is approved before its public notice has run its working days."""
    if move != "approve":
        return []
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
    if move != "approve":
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


ENGINE_CHECKS = (
    answers_complete, materials_complete, quota_kept, one_entry, window_open, notice_is_over, no_open_objection,
    objection_upheld,
)  # fmt: skip
LEVELS = ("stop", "short", "near", "good")


def findings(entry: Entry, move: str = "") -> list[Finding]:
    """All findings of the engine and the program for this move, what is wrong first."""
    found: list[Finding] = []
    program_checks = entry.call.program.checks if move in CONTENT_MOVES else ()
    for check in (*program_checks, *ENGINE_CHECKS):
        found.extend(check(entry, move))
    return sorted(found, key=lambda one: LEVELS.index(one.level))


def desk_fits(at: At, entry: Entry) -> bool:
    """Whether the entry lies where the move wants it."""
    if at is At.OWNER:
        return entry.desk_id == entry.call.owner_id
    if at is At.BELOW_OWNER:
        return entry.desk_id != entry.call.owner_id
    return True
