"""Law 7: one word. Every row of docs/glossary.md names something that exists, and every model has its row."""

import importlib
import re
from pathlib import Path

from django.apps import apps

GLOSSARY = Path(__file__).resolve().parents[2] / "docs" / "glossary.md"
OURS = ("core", "registry", "accounts", "api", "privacy", "programs", "honours")


def rows() -> list[tuple[str, str, str]]:
    found = re.findall(r"^\| (\S+) \| (\w+) \| ([\w.]+) \|", GLOSSARY.read_text("utf-8"), re.MULTILINE)
    return [row for row in found if row[1] != "name"]


def test_every_name_exists_where_it_is_said_to():
    assert len(rows()) > 30
    for _word, name, module in rows():
        assert hasattr(importlib.import_module(module), name), f"{module}.{name}"


def test_every_word_and_every_name_occurs_once():
    words, names = [row[0] for row in rows()], [row[1] for row in rows()]
    assert len(words) == len(set(words)) and len(names) == len(set(names))


def test_every_model_has_its_word():
    known = {row[1] for row in rows()}
    missing = [m.__name__ for label in OURS for m in apps.get_app_config(label).get_models() if m.__name__ not in known]
    assert missing == []
