"""A view is born with its line of policy: ``@access("entry", "read")``. Without it the guard refuses and the
build fails.
"""

from collections.abc import Callable
from typing import TypeVar

from portal import policy

View = TypeVar("View", bound=Callable)


def access(resource: str, action: str, *, methods: tuple[str, ...] = ("GET", "POST")) -> Callable[[View], View]:
    """Mark a view with the resource and action of ``portal.policy`` it stands for, and the methods it answers.

    Raises KeyError at import time for a word that the matrix does not know.
    """
    policy.MATRIX[resource][action]

    def mark(view: View) -> View:
        view.access = (resource, action)  # type: ignore[attr-defined]
        view.methods = methods  # type: ignore[attr-defined]
        return view

    return mark
