"""Writing work plans: the import, and what a department notes at a task afterwards."""

import hashlib
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from portal.core import trail
from portal.core.actor import SYSTEM, Actor
from portal.kit import days
from portal.kit.refusal import Refused
from portal.registry.models import Organization
from programs.models.calls import Call
from programs.models.plans import Plan, PlanItem
from programs.planreader.document import PlanDocument, Problem
from programs.planreader.tasks import Passage, Task, due_of


@dataclass(frozen=True)
class Imported:
    plan: Plan
    changed: bool
    kept: int = 0  # tasks of the replaced plan whose department and links went over


def text_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def import_plan(
    document: PlanDocument,
    by: Actor,
    *,
    owner: Organization | None = None,
    replace: bool = False,
    notes: tuple[Problem, ...] = (),
    file_name: str = "",
) -> Imported:
    """Write a whole document or nothing. The same text twice changes nothing; another text needs ``replace``."""
    owner = owner or by.organization
    if owner is None or (by is not SYSTEM and owner != by.organization):
        raise Refused(_("要以制定单位工作人员的身份导入"))
    Organization.objects.select_for_update().get(pk=owner.pk)  # two imports for one year wait for each other
    old = Plan.objects.current().filter(owner=owner, year=document.year).first()
    digest = text_hash(document.source)
    if old and old.file_hash == digest:
        return Imported(old, changed=False)
    if old and not replace:
        raise Refused(
            _("%(year)s 年已经有要点（%(number)s）。这份文字不同，要换成新稿请勾选“换掉原来的”")
            % {"year": old.year, "number": old.number or old.title}
        )
    if old:
        old.status = Plan.Status.REPLACED
        old.save(update_fields=["status"])
    plan = Plan.objects.create(
        owner=owner,
        year=document.year,
        title=document.title,
        number=document.number,
        issued_on=document.issued_on,
        issuer=document.issuer,
        recipients=document.recipients[:400],
        preamble="".join(part.text for part in document.front if part.kind == "preamble"),
        source=document.source,
        file_name=file_name[:200],
        file_hash=digest,
        notes=[[note.line, note.text, note.reason] for note in notes],
        created_by=by.user,
    )
    _write_tree(plan, document)
    kept = _take_over(old, plan) if old else 0
    change = {"year": plan.year, "tasks": len(document.tasks), "replaced": old.pk if old else None, "kept": kept}
    trail.write(by, "plan.import", plan, change=change)
    return Imported(plan, changed=True, kept=kept)


def _write_tree(plan: Plan, document: PlanDocument) -> None:
    """Three inserts, one per level: a parent needs its key before its children."""
    levels: dict[str, list[PlanItem]] = {kind: [] for kind in PlanItem.Kind.values}

    def add(kind: str, parent: PlanItem | None, code: str, **values: object) -> PlanItem:
        order = sum(map(len, levels.values())) + 1
        levels[kind].append(PlanItem(plan=plan, kind=kind, parent=parent, code=code, order=order, **values))
        return levels[kind][-1]

    for chapter in document.chapters:
        top = add(
            PlanItem.Kind.CHAPTER, None, str(chapter.number), title=chapter.title, **_source(chapter.head),
            preamble="".join(passage.text for passage in chapter.preamble),
        )  # fmt: skip
        for item in chapter.items:
            middle = add(
                PlanItem.Kind.ITEM, top, f"{top.code}.{item.number}", title=item.title, **_source(item.head),
                preamble=item.preamble.text if item.preamble else "",
            )  # fmt: skip
            for number, task in enumerate(item.tasks, start=1):
                due = due_of(task.when, document.year)
                add(
                    PlanItem.Kind.TASK, middle, f"{middle.code}.{number}", title=task.title, **_source(task),
                    names=list(task.names), theme=task.kind, when=list(task.when), due=due,
                )  # fmt: skip
    for rows in levels.values():
        PlanItem.objects.bulk_create(rows, batch_size=500)


def _source(piece: Passage | Task) -> dict[str, object]:
    return {"text": piece.text, "line": piece.line, "lines": list(piece.lines)}


def _take_over(old: Plan, new: Plan) -> int:
    """A task whose sentence is unchanged keeps its department, links and marks."""
    before = {row.text: row for row in old.items.tasks().prefetch_related("calls")}
    links, kept = [], []
    for row in new.items.tasks():
        if (known := before.get(row.text)) is None:
            continue
        row.department, row.done_on, row.done_note = known.department, known.done_on, known.done_note
        kept.append(row)
        links += [PlanItem.calls.through(planitem_id=row.pk, call_id=call.pk) for call in known.calls.all()]
    PlanItem.objects.bulk_update(kept, ["department", "done_on", "done_note"], batch_size=500)
    PlanItem.calls.through.objects.bulk_create(links, batch_size=500)
    return len(kept)


@transaction.atomic
def set_department(row: PlanItem, by: Actor, department: str) -> int:
    """Name the responsible department of a task; at a chapter or item: of all tasks below that have none yet."""
    department = " ".join(department.split())
    if len(department) > 60:
        raise Refused(_("部门名称最多 60 个字，现在 %(count)s 个") % {"count": len(department)}, "department")
    _locked(row, by)
    if row.kind == PlanItem.Kind.TASK:
        tasks = PlanItem.objects.filter(pk=row.pk).exclude(department=department)
    else:
        below = {"parent": row} if row.kind == PlanItem.Kind.ITEM else {"parent__parent": row}
        tasks = PlanItem.objects.tasks().filter(department="", **below)
    count = tasks.update(department=department)
    if count:
        trail.write(by, "plan.department", row, change={"department": department, "tasks": count})
    return count


@transaction.atomic
def link_call(task: PlanItem, call: Call, by: Actor) -> bool:
    """Say that this call is how the task is carried out. False if it was said before."""
    _locked(task, by)
    if task.kind != PlanItem.Kind.TASK:
        raise Refused(_("只有任务能连到评选，章和条不能"))
    if task.calls.filter(pk=call.pk).exists():
        return False
    task.calls.add(call)
    trail.write(by, "plan.link", task, change={"call": call.pk})
    return True


@transaction.atomic
def unlink_call(task: PlanItem, call: Call, by: Actor) -> bool:
    _locked(task, by)
    if not task.calls.filter(pk=call.pk).exists():
        return False
    task.calls.remove(call)
    trail.write(by, "plan.unlink", task, change={"call": call.pk})
    return True


@transaction.atomic
def mark_progress(task: PlanItem, by: Actor, note: str, done_on: date | None) -> bool:
    """What has been done outside the engine, and the day it was finished (None: still under way)."""
    locked = _locked(task, by)
    if done_on and done_on > days.today():
        raise Refused(_("做完的日期不能在今天之后"), "done_on")
    if done_on and not note.strip():
        raise Refused(_("写一句做成了什么"), "note")
    if (locked.done_note, locked.done_on) == (note.strip(), done_on):
        return False
    task.done_note, task.done_on = note.strip(), done_on
    task.save(update_fields=["done_note", "done_on"])
    trail.write(by, "plan.progress", task, change={"done_on": done_on.isoformat() if done_on else None})
    return True


def _locked(row: PlanItem, by: Actor) -> PlanItem:
    """The row under a lock, if this actor keeps its plan and the plan is the one in force."""
    rows = PlanItem.objects.filter(pk=row.pk, plan__status=Plan.Status.CURRENT)
    if by is not SYSTEM:
        rows = rows.filter(plan__owner=by.organization)
    found = rows.select_for_update(of=("self",)).first()
    if found is None:
        raise Refused(_("只有制定单位能改现行的要点"))
    return found
