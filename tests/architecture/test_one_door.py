"""Law 3: only actions write; an entry's state changes only in ``make_move``. Read from the syntax tree, not
from trust.
"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("portal", "programs", "awards", "welfare", "events", "finance", "governance")
#: Where writing is allowed: actions, the verbs of the core, the import engine's writers, demo data, migrations.
WRITERS = ("actions", "migrations", "demo", "seed", "management", "ops")
CORE_VERBS = {
    "portal/core/trail.py", "portal/core/outbox.py", "portal/core/jobs.py", "portal/core/files.py",
    "portal/core/calendar.py", "portal/core/periods.py", "portal/core/deliveries.py",
    "portal/core/pace.py", "portal/core/letters.py", "portal/core/presses.py", "portal/accounts/adapter.py",
}  # fmt: skip
CALLS = {"save", "delete", "create", "bulk_create", "bulk_update", "update_or_create", "get_or_create"}
#: Receivers whose write-like names are not the database: sessions, caches, forms' files, sets.
INNOCENT = {"session", "cache", "workbook", "context", "seen", "image", "writer", "data", "book", "forms"}


def sources() -> list[Path]:
    return [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]


def is_writer(path: Path) -> bool:
    relative = path.relative_to(ROOT)
    if relative.as_posix() in CORE_VERBS or relative.is_relative_to("portal/kit"):
        return True  # kit has no models: what it saves are files
    if relative.is_relative_to("portal/registry/imports"):
        return True  # the import engine's actions: checking, committing, undoing, each importer's bulk writer
    return any(part in WRITERS or part.startswith("actions") for part in (*relative.parts, relative.stem))


def receiver(node: ast.Call) -> str:
    inner = node.func.value if isinstance(node.func, ast.Attribute) else node.func
    while isinstance(inner, ast.Call | ast.Attribute | ast.Subscript):
        if isinstance(inner, ast.Attribute) and inner.attr == "objects":
            return "objects"
        inner = inner.func if isinstance(inner, ast.Call) else inner.value
    return inner.id if isinstance(inner, ast.Name) else ""


def writes(tree: ast.AST) -> list[tuple[int, str]]:
    """Calls that write rows: manager writes and ``queryset.update``, and ``save``/``delete`` on anything row-like."""
    found = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        name, source = node.func.attr, receiver(node)
        through_manager = source == "objects" and (name in CALLS or name == "update")
        on_row = name in ("save", "delete") and source not in INNOCENT and source != "self"
        if through_manager or on_row:
            found.append((node.lineno, f"{source}.{name}"))
    return found


def state_writes(tree: ast.AST) -> list[int]:
    """Assignments to ``entry.state`` and keyword updates of a state on entries."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                names = target.elts if isinstance(target, ast.Tuple) else [target]
                found += [
                    node.lineno
                    for one in names
                    if isinstance(one, ast.Attribute) and one.attr == "state"
                    and isinstance(one.value, ast.Name) and one.value.id == "entry"
                ]  # fmt: skip
    return found


@pytest.mark.parametrize(
    "path", [p for p in sources() if not is_writer(p)], ids=lambda p: p.relative_to(ROOT).as_posix()
)
def test_only_actions_write(path: Path):
    assert writes(ast.parse(path.read_text("utf-8"))) == []


def test_only_make_move_changes_a_state():
    where = {
        path.relative_to(ROOT).as_posix() for path in sources() if state_writes(ast.parse(path.read_text("utf-8")))
    }
    assert where == {"programs/actions/moves.py"}


@pytest.mark.parametrize(
    "bad",
    [
        "Entry.objects.create(x=1)",
        "entry.save()",
        "Entry.objects.filter(pk=1).update(state='x')",
        "Job.objects.bulk_create([])",
    ],
)
def test_the_test_can_fail(bad: str):
    assert writes(ast.parse(bad)), bad
    assert state_writes(ast.parse("entry.state = 'approved'"))


def test_the_engine_does_not_know_its_guests():
    """Trap 2: no program key and no wing in ``programs/``."""
    for path in (ROOT / "programs").rglob("*.py"):
        text = path.read_text("utf-8")
        assert "women-flag" not in text and "program_key ==" not in text and "program.key ==" not in text, path
        for wing in ("awards", "welfare", "events", "governance"):
            assert f"from {wing}" not in text and f"import {wing}" not in text, path
