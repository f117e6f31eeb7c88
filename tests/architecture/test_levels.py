"""Rule 32: what holds something of a person says so, with its levels, purpose, basis, retention and fate."""

from dataclasses import replace

import pytest
from django.apps import apps

from portal.kit import personal
from portal.kit.personal import Level, Shred, holdings, level_of
from portal.privacy import checks
from portal.privacy.actions import retention
from portal.registry.models import Member


def test_every_model_with_a_person_is_declared_and_every_declaration_is_whole():
    assert [error.msg for error in checks.declared()] == []


def test_every_field_has_a_level():
    levels = {level_of(model, one.name) for model in apps.get_models() for one in model._meta.local_concrete_fields}
    assert levels == set(Level)
    assert level_of(Member, "document_number") is Level.SENSITIVE and level_of(Member, "name") is Level.PERSONAL


def test_control_an_undeclared_model_is_found(monkeypatch):
    known = {key: one for key, one in holdings().items() if key not in ("registry.member", "programs.objection")}
    monkeypatch.setattr(checks, "holdings", lambda: known)
    assert {model._meta.label for model in checks.undeclared()} == {"registry.Member", "programs.Objection"}


def test_control_a_careless_declaration_is_found():
    member = personal.holdings()["registry.member"]
    plain = replace(member, levels={Level.SENSITIVE: ("name",)}, masks={}, basis="", person="")
    said = " / ".join(checks.problems(plain))
    for part in ("phone is sealed", "name is 敏感 and not", "has no mask", "legal basis"):
        assert part in said, part
    entry = replace(holdings()["programs.entry"], person="organization", blanks={}, shred=Shred.BLANK)
    said = " / ".join(checks.problems(entry))
    assert "does not lead to a Member" in said and "with what" in said


@pytest.mark.django_db
def test_every_retention_rule_can_be_asked():
    """Each names a declared model whose rows may go, and its question is one the database understands."""
    asked = {due.rule.key: due.count for due in retention.plan()}
    assert len(asked) == len(personal.rules()) > 8
    kept = [rule.key for rule in personal.rules().values() if holdings()[rule.model.lower()].shred is Shred.KEEP]
    assert kept == []
