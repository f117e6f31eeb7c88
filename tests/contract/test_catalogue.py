"""Every program of the catalogue keeps the engine's contract. A new award is picked up by itself."""

import dataclasses
import json

import pytest

from programs.catalog import programs
from programs.checks import answer_problem
from programs.forms.entries import BUILDERS
from programs.spec import EDITABLE, ENGINE_PARAMS, Duty, Program, State, thaw_fields, thaw_materials
from programs.workflows import WORKFLOWS

ALL = sorted(programs().values(), key=lambda one: one.key)
pytestmark = pytest.mark.parametrize("program", ALL, ids=lambda one: one.key)


def test_key_title_and_workflow_are_known(program: Program):
    assert program.key == program.key.lower() and " " not in program.key
    assert program.title and program.noun and program.number_prefix and program.categories
    assert WORKFLOWS[program.workflow.name] is program.workflow
    assert program.subject in ("member", "collective", "organization")


def test_names_occur_once(program: Program):
    for group in (program.fields, program.params, program.materials):
        names = [one.name for one in group]
        assert len(names) == len(set(names)), names


def test_every_field_can_be_built_and_survives_freezing(program: Program):
    for one in program.fields:
        assert one.kind in BUILDERS, one
    form = json.loads(json.dumps(program.frozen_form()))
    assert thaw_fields(form) == program.fields
    assert thaw_materials(form) == program.materials


def test_params_defaults_lie_within_their_bounds(program: Program):
    for one in program.params:
        if one.kind == "int":
            assert one.minimum is not None and one.maximum is not None, f"{one.name} has no bounds"
            assert one.minimum <= one.default <= one.maximum, one
        elif one.kind == "choice":
            assert one.default in dict(one.choices), f"{one.name} begins with none of its choices"
        else:
            assert isinstance(one.default, bool | str)


def test_figures_lean_on_figures_that_are_there(program: Program):
    names = {one.name for one in program.params}
    for one in program.params:
        assert set(one.needs) <= names, one


def test_the_engines_own_figures_are_there(program: Program):
    names = {one.name for one in program.params}
    assert {one.name for one in ENGINE_PARAMS} <= names
    assert {"notice_days", "notice_first_day", "notice_masks"} <= names, "the public notice reads them"


def test_effects_belong_to_moves_of_the_workflow(program: Program):
    moves = {move.name for move in program.workflow.moves}
    assert set(program.effects) <= moves
    assert "approve" in program.effects, "an approval that leaves nothing behind is not an award"


def test_the_workflow_is_closed(program: Program):
    """Every state that is not an end has a way on, and every end is reached."""
    moves = program.workflow.moves
    reached = {State.DRAFT} | {move.target for move in moves}
    ends = {State.REFUSED, State.WITHDRAWN, State.LAPSED, State.REVOKED}
    for state in reached - ends:
        assert program.workflow.open_to(state), f"nothing leads on from {state}"
    for move in moves:
        assert move.sources <= reached, f"{move.name} starts where nothing arrives"
        assert move.by in Duty


def test_decisions_are_signed_hands(program: Program):
    """Separation rule S2 can only hold for moves that say whose hands make them."""
    for move in program.workflow.moves:
        if move.by is not Duty.MACHINE:
            assert move.hand in ("unit", "desk", "leader"), move.name
        if move.sources <= EDITABLE and move.by is Duty.OWNER:
            assert move.hand == "unit"


def test_a_required_field_is_missed_and_a_long_text_is_counted(program: Program):
    """Negative control of the answers' rule: it can fail."""
    required = next(one for one in program.fields if one.required)
    assert answer_problem(required, "") == "没填"
    limited = next(one for one in program.fields if one.limit)
    assert answer_problem(limited, "字" * limited.limit) == ""
    assert "多 1 字" in answer_problem(limited, "字" * (limited.limit + 1))


def test_a_program_is_frozen(program: Program):
    with pytest.raises(dataclasses.FrozenInstanceError):
        program.title = "改了"  # type: ignore[misc]
