"""Joins apps by name: ``gather("menu")`` reads that module from every installed app.

So the ground floor has no arrow upward: a room is found because it is installed, not because it is imported.
"""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from django.apps import apps


@cache
def _modules(name: str) -> tuple[ModuleType, ...]:
    found = []
    for config in apps.get_app_configs():
        dotted = f"{config.name}.{name}"
        if find_spec(dotted) is not None:
            found.append(import_module(dotted))
    return tuple(found)


def gather(module: str, attribute: str) -> Iterator[object]:
    """Yield every item of ``attribute`` (a sequence) of the module called ``module`` of every app, in app order."""
    for loaded in _modules(module):
        yield from getattr(loaded, attribute, ())
