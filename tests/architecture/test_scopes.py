"""P-ACL7: no page reads rows of somebody past a scope. Read from the syntax tree; exceptions say why."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("portal", "programs", "awards")
#: Where requests are answered: here a query without its scope would show somebody's row to anybody.
DOORS = ("views", "menu", "panels", "context")
#: A scope by any of its names: the general one, and the narrower ones of an act.
SCOPES = {
    "visible_to", "none", "owned_by", "writable_by", "on_desk_of", "to_review", "to_mend", "waiting_for", "public",
}  # fmt: skip
#: Filters by something in hand, which came through its own scope: the parts of a call, an entry, a plan, one's own.
IN_HAND = {
    "call", "call_id", "owner", "owner_id", "organization", "organization_id", "desk", "desk_id", "user", "member",
    "notice", "plan", "entry__call", "undoes", "created_by", "parent", "pk__in", "entry__in",
}  # fmt: skip
#: (file, function, model) → why it needs no scope.
ALLOWED: dict[tuple[str, str, str], str] = {
    ("awards/honours/views/certificates.py", "_prints", "Record"): "prints of the call's own certificates",
    ("portal/core/views/records.py", "_checks", "Job"): "verdicts over the whole trail, behind the right to read it",
    ("portal/core/views/records.py", "records", "Record"): "one number: how many wait for their seal",
    (
        "portal/registry/views/members.py",
        "member",
        "Member",
    ): "where a merged person went: by its scope",
    ("portal/privacy/views/retention.py", "retention", "Job"): "the machine's own runs, nobody's job",
    ("programs/views/deadlines.py", "extend", "Organization"): "below the owner of the call in hand",
    ("programs/views/objections.py", "objection_receipt", "Objection"): "the receipt's code is the right to it",
}


def scoped_models() -> set[str]:
    """Names of the models whose rows are somebody's."""
    return {model.__name__ for model in apps.get_models() if hasattr(model._default_manager.all(), "visible_to")}


def doors() -> list[Path]:
    return [
        path
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if any(part.removesuffix(".py") in DOORS for part in path.relative_to(ROOT).parts)
    ]


def unscoped(tree: ast.AST, models: set[str]) -> Iterator[tuple[str, str]]:
    """(function, model) of every ``Model.objects…`` whose chain of calls comes to no scope and nothing in hand."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Attribute) and node.attr in ("objects", "_base_manager", "_default_manager")):
            continue
        if not (isinstance(node.value, ast.Name) and node.value.id in models):
            continue
        called, up = set(), parents[node]
        while isinstance(up, ast.Attribute) or (isinstance(up, ast.Call) and isinstance(up.func, ast.Attribute)):
            called |= {up.attr} if isinstance(up, ast.Attribute) else {one.arg for one in up.keywords}
            up = parents[up]
        if not called & (SCOPES | IN_HAND):
            while not isinstance(up, ast.FunctionDef | ast.Module):
                up = parents[up]
            yield getattr(up, "name", "module"), node.value.id


def found() -> dict[tuple[str, str, str], None]:
    models = scoped_models()
    return {
        (path.relative_to(ROOT).as_posix(), function, model): None
        for path in doors()
        for function, model in unscoped(ast.parse(path.read_text("utf-8")), models)
    }


@pytest.mark.promise("P-ACL7")
def test_no_page_reads_past_the_scope(figure):
    now = found()
    figure("models whose rows are somebody's", len(scoped_models()))
    figure("files that answer requests", len(doors()))
    figure("queries there without their scope, unlisted", len(set(now) - set(ALLOWED)), wanted="0")
    figure("listed with a reason", len(ALLOWED))
    assert len(scoped_models()) > 10
    assert sorted(set(now) - set(ALLOWED)) == []
    assert sorted(set(ALLOWED) - set(now)) == [], "listed, but no longer there"


@pytest.mark.promise("P-ACL7")
@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("def page(r):\n    return Member.objects.get(pk=1)", 1),
        ("def page(r):\n    return get_object_or_404(Member, pk=1)", 0),
        ("def page(r):\n    return list(Member.objects.filter(a=1).order_by('x'))", 1),
        ("def page(r):\n    return Member.objects.visible_to(r.actor).filter(a=1)", 0),
        ("def page(r):\n    return Member.objects.filter(a=1).visible_to(r.actor)", 0),
        ("def page(r):\n    return Other.objects.get(pk=1)", 0),
    ],
)
def test_the_control_a_query_without_its_scope_is_found(code, wrong, figure):
    broken = list(unscoped(ast.parse(code), {"Member"}))
    figure("control: unscoped queries found in the samples", wrong, wanted="as many as there are")
    assert len(broken) == wrong
