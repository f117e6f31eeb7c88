"""A view is born with its line of policy: ``@access("entry", "read")``. Without it the guard refuses and the
build fails.
"""

from collections.abc import Callable
from inspect import isfunction
from typing import TypeVar

from portal import policy
from portal.kit.forms import whole

View = TypeVar("View", bound=Callable)


def access(resource: str, action: str, *, methods: tuple[str, ...] = ("GET", "POST")) -> Callable[[View], View]:
    """Mark a view with the resource and action of ``portal.policy`` it stands for, and the methods it answers.

    Raises KeyError at import time for a word that the matrix does not know.
    """
    policy.MATRIX[resource][action]

    def mark(view: View) -> View:
        view.access = (resource, action)  # type: ignore[attr-defined]
        view.methods = methods  # type: ignore[attr-defined]
        return whole(view) if isfunction(view) and "POST" in methods else view

    return mark


def mark_of(view: Callable, method: str = "") -> tuple[str, str] | None:
    """The (resource, action) that a view stands for when it is asked by this method; None without a mark."""
    by_method = getattr(view, "marks", {})
    return by_method.get("GET" if method == "HEAD" else method) or getattr(view, "access", None)
