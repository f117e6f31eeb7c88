"""Pages of the work plan: the years, one plan, one task, and the import."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import policy
from portal.kit.access import access
from portal.kit.dialogs import dialog, toast
from portal.kit.forms import refuse
from portal.kit.refusal import Refused
from portal.registry.models import Kind, Organization
from programs.actions import plans as actions
from programs.catalog import programs
from programs.forms.plans import CallsForm, DepartmentForm, PlanFilter, PlanTextForm, ProgressForm
from programs.models import Plan, PlanItem
from programs.planreader.document import PlanDocument
from programs.planreader.reader import read_plan
from programs.queries.plans import SITUATIONS, linkable, plan_tree, plans_with_counts, task_line


@access("plan", "read", methods=("GET",))
def plan_list(request: HttpRequest) -> HttpResponse:
    """With one plan in force the menu leads straight to it."""
    found = plans_with_counts(request.actor)
    if len(found) == 1:
        return redirect("programs:plan_detail", found[0].pk)
    return render(request, "programs/plans.html", {"plans": found, "may_import": _may_import(request)})


@access("plan", "read", methods=("GET",))
def plan_detail(request: HttpRequest, pk: int) -> HttpResponse:
    plans = Plan.objects.visible_to(request.actor).select_related("owner").defer("source")
    plan = get_object_or_404(plans, pk=pk)
    tree = plan_tree(plan, request.actor)
    departments = tree.by_department()
    shown = PlanFilter(
        request.GET or {},
        chapters=[(chapter.row.code, chapter.short) for chapter in tree.chapters],
        departments=[progress.name for progress in departments],
        themes={line.row.theme for line in tree.tasks},
    )
    progress = tree.progress()
    late = [line for line in tree.tasks if line.situation == "late"]
    context = {
        "plan": plan,
        "tree": tree,
        "chapters": tree.keep(shown.wanted(tree.tasks)),
        "filter": shown,
        "situations": [(key, label, progress.counts[key]) for key, label in SITUATIONS.items()],
        "progress": progress,
        "departments": departments,
        "late": sorted(late, key=lambda line: line.row.due)[:8],
        "items": sum(len(chapter.items) for chapter in tree.chapters),
        "may_write": _may_write(request, plan),
        "may_import": _may_import(request),
        "years": Plan.objects.visible_to(request.actor).current().exclude(pk=plan.pk).defer("source", "preamble"),
    }
    return render(request, "programs/plan.html", context)


@access("plan", "read", methods=("GET",))
def plan_source(request: HttpRequest, pk: int) -> HttpResponse:
    """The document as it was imported, with its line numbers."""
    plan = get_object_or_404(Plan.objects.visible_to(request.actor), pk=pk)
    lines = [(number, line) for number, line in enumerate(plan.source.split("\n"), start=1) if line.strip()]
    return render(request, "programs/plan_source.html", {"plan": plan, "lines": lines})


@access("plan", "read", methods=("GET",))
def plan_task(request: HttpRequest, pk: int) -> HttpResponse:
    rows = PlanItem.objects.visible_to(request.actor).tasks().select_related("plan__owner", "parent__parent")
    task = get_object_or_404(rows, pk=pk)
    near = PlanItem.objects.filter(parent=task.parent).order_by("order")
    context = {
        "task": task,
        "line": task_line(task, request.actor),
        "near": near,
        "may_write": _may_write(request, task.plan),
        "facts": [
            (_("章"), task.parent.parent.title),
            (_("条"), task.parent.title),
            (_("类别"), task.theme),
            (_("点到的名称"), "、".join(task.names) or _("没有")),
            (_("时间要求"), "、".join(task.when) or _("没写")),
            (_("原文行号"), "、".join(map(str, task.lines))),
        ],
    }
    return render(request, "programs/plan_task.html", context)


@access("plan", "update")
def plan_department(request: HttpRequest, pk: int) -> HttpResponse:
    """Of a task; of a chapter or item it fills the tasks that have none yet."""
    row = _writable(request, pk)
    here = PlanItem.objects.filter(plan=row.plan).exclude(department="")
    known = set(here.values_list("department", flat=True))
    below = Organization.objects.filter(parent=row.plan.owner, kind=Kind.DEPARTMENT, active=True)
    known |= {one.short_name or one.name for one in below}
    form = DepartmentForm(request.POST or None, initial={"department": row.department}, known=sorted(known))
    if form.is_valid():
        try:
            count = actions.set_department(row, request.actor, form.cleaned_data["department"])
        except Refused as refused:
            refuse(form, refused)
        else:
            toast(request, _("记下了，%(count)s 项") % {"count": count})
            return redirect(_back(row))
    context = {"form": form, "row": row, "back": _back(row)}
    return dialog(request, "programs/plan_department.html", context, 422 if form.errors else 200)


@access("plan", "update")
def plan_calls(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick the calls that carry the task out."""
    task = _writable(request, pk, tasks=True)
    words = {key: program.plan_words or (program.title,) for key, program in programs().items()}
    choices = linkable(task, request.actor, words)
    offered = {call.pk: call for call, _named in choices}
    before = set(task.calls.filter(pk__in=offered).values_list("pk", flat=True))
    named = {call.pk for call, hit in choices if hit}
    first = before or named
    form = CallsForm(request.POST if request.method == "POST" else None, initial={"calls": first}, choices=choices)
    if form.is_valid():
        after = {call.pk for call in form.cleaned_data["calls"]}
        for pk_ in sorted(after - before):
            actions.link_call(task, offered[pk_], request.actor)
        for pk_ in sorted(before - after):
            actions.unlink_call(task, offered[pk_], request.actor)
        toast(request, _("连着 %(count)s 项评选") % {"count": len(after)})
        return redirect(_back(task))
    context = {"form": form, "row": task, "back": _back(task), "offered": offered}
    return dialog(request, "programs/plan_calls.html", context, 422 if form.errors else 200)


@access("plan", "update")
def plan_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """For what runs outside the portal: how far it is, and the day it was done."""
    task = _writable(request, pk, tasks=True)
    form = ProgressForm(request.POST or None, initial={"note": task.done_note, "done_on": task.done_on})
    if form.is_valid():
        try:
            actions.mark_progress(task, request.actor, form.cleaned_data["note"], form.cleaned_data["done_on"])
        except Refused as refused:
            refuse(form, refused)
        else:
            toast(request, _("记下了"))
            return redirect(_back(task))
    context = {"form": form, "row": task, "back": _back(task)}
    return dialog(request, "programs/plan_progress.html", context, 422 if form.errors else 200)


@access("plan", "update")
def plan_import(request: HttpRequest) -> HttpResponse:
    """File or text → problems by line, or what was read → import. The text stays on the page all the way."""
    form = PlanTextForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return _import_page(request, PlanTextForm(), status=200)
    if not form.is_valid():
        return _import_page(request, form)
    text, digest = form.cleaned_data["text"], actions.text_hash(form.cleaned_data["text"])
    reading = read_plan(text)
    shown = PlanTextForm(initial={**form.cleaned_data, "file": None, "seen": digest})
    context = {"reading": reading, "problems": [*form.problems, *reading.problems]}
    if reading.document is None:
        return _import_page(request, shown, **context)
    context["compared"] = _compared(reading.document, request)
    if "confirm" not in request.POST or form.cleaned_data["seen"] != digest:
        return _import_page(request, shown, status=200, **context)
    try:
        done = actions.import_plan(
            reading.document,
            request.actor,
            replace=form.cleaned_data["replace"],
            notes=(*form.problems, *reading.notes),
            file_name=form.cleaned_data["file_name"],
        )
    except Refused as refused:
        return _import_page(request, shown, refused=refused.message, **context)
    if done.changed:
        toast(request, _("导入了 %(count)s 项任务") % {"count": len(reading.document.tasks)})
    else:
        messages.info(request, _("这份要点已经导入过，没有变动"))
    return redirect("programs:plan_detail", done.plan.pk)


def _import_page(request: HttpRequest, form: PlanTextForm, status: int = 422, **context) -> HttpResponse:
    return render(request, "programs/plan_import.html", {"form": form, **context}, status=status)


def _compared(document: PlanDocument, request: HttpRequest) -> dict | None:
    """How the text differs from the year's plan in force; None when there is none."""
    old = Plan.objects.writable_by(request.actor).filter(year=document.year).first()
    if old is None:
        return None
    before = set(old.items.tasks().values_list("text", flat=True))
    after = {task.text for task in document.tasks}
    return {
        "plan": old,
        "same_text": old.file_hash == actions.text_hash(document.source),
        "same": len(before & after),
        "new": len(after - before),
        "gone": len(before - after),
    }


def _writable(request: HttpRequest, pk: int, tasks: bool = False) -> PlanItem:
    rows = PlanItem.objects.writable_by(request.actor).select_related("plan__owner", "parent")
    return get_object_or_404(rows.tasks() if tasks else rows, pk=pk)


def _may_import(request: HttpRequest) -> bool:
    return policy.scope(request.actor.role, "plan", "update") is not None


def _may_write(request: HttpRequest, plan: Plan) -> bool:
    mine = plan.owner_id == request.actor.organization_id and plan.status == Plan.Status.CURRENT
    return mine and _may_import(request)


def _back(row: PlanItem) -> str:
    if row.kind == PlanItem.Kind.TASK:
        return reverse("programs:plan_task", args=[row.pk])
    return reverse("programs:plan_detail", args=[row.plan_id]) + f"#z{row.code.split('.')[0]}"
