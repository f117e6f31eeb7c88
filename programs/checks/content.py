"""What an entry says and what came with it: answers, lengths, papers (rules R11, R37)."""

import datetime
from typing import Any

from django.utils.translation import gettext as _

from portal.kit.text import count_chars
from programs.checks.rows import rows_problem
from programs.models import Entry
from programs.queries import entries
from programs.spec import CONTENT_MOVES, Field, Finding, Meter


def answer_problem(field: Field, value: Any) -> str:
    """What is wrong with one answer, in words that carry the figure; empty when nothing is."""
    if value in (None, "", []):
        return _("没填") if field.required else ""
    if field.kind == "table":
        return rows_problem(field, value, answer_problem)
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
    found = [(one, answer_problem(one, entry.data.get(one.name))) for one in entry.questions]
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
    needed = [item for item in entry.papers if item.required]
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
    for item in entry.papers:
        if item.printed and any(one.digest != digest for one in have.get(item.name, [])):
            findings.append(
                Finding("print_matches", _("盖章表与内容一致"), _("内容后来改过"), "stop",
                        _("盖章的%(label)s是按旧内容打印的，现在的校验码是 %(code)s。")
                        % {"label": item.label, "code": entries.check_digits(digest)},
                        _("重新打印、盖章、上传"), f"file-{item.name}")
            )  # fmt: skip
    return findings
