"""Write docs/permissions.md from the policy and the addresses; ``--check`` only says whether it is up to date."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import URLPattern, URLResolver, get_resolver

from portal import policy
from portal.accounts.middleware import allowed_methods

PATH = Path(settings.BASE_DIR) / "docs" / "permissions.md"
HEAD = """# Who may do what

Made from `portal/policy.py` and the addresses by `manage.py permissions_doc`; do not edit.

A cell says in which scope a role may do this: `own` (own person or rows), `unit` (the organisation of the post), `tree`
(that organisation and everything below it), `all`. An empty cell is nothing at all: the page does not exist (404).
Which rows is answered by each model's `visible_to`, which moves of an entry by `programs.duties.holds`.

## Roles

"""


def patterns(
    resolver: URLResolver | None = None, prefix: str = "", space: str = ""
) -> Iterator[tuple[str, str, object]]:
    """(name with namespaces, route, view) of every address."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route, f"{space}{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern):
            yield f"{space}{entry.name or ''}", route, entry.callback


def document() -> str:
    """The whole page."""
    roles = list(policy.ROLES)
    lines = [HEAD.rstrip("\n"), ""]
    lines += ["| role | 中文 | second factor |", "|---|---|---|"]
    lines += [
        f"| {role} | {label} | {'required' if role in policy.STAFF_ROLES else ''} |"
        for role, label in policy.ROLES.items()
    ]
    lines += ["", "## Matrix", "", "| resource | action | " + " | ".join(roles) + " |", "|" + "---|" * (len(roles) + 2)]
    for resource, actions in policy.MATRIX.items():
        for action, granted in actions.items():
            lines.append(f"| {resource} | {action} | " + " | ".join(granted.get(role, "") for role in roles) + " |")
    lines += [
        "",
        "## Asked once more",
        "",
        "The password or the second factor must have been typed within ten minutes for:",
        "",
    ]
    lines += [f"- {resource} {action}" for resource, action in sorted(policy.FRESH)]
    lines += [f"- {name} (allauth, when something is sent)" for name in sorted(policy.VENDOR_FRESH)]
    lines += ["", "## Addresses", "", "| name | address | resource | action | methods |", "|---|---|---|---|---|"]
    lines += [_line(*entry) for entry in sorted(patterns(), key=lambda entry: (entry[0], entry[1]))]
    return "\n".join(lines) + "\n"


def _line(name: str, route: str, view: object) -> str:
    mark = getattr(view, "access", None)
    if mark is not None:
        resource, action = mark
        methods = " ".join(allowed_methods(view) or ())
    else:
        resource = (
            "anybody" if name in policy.VENDOR_PUBLIC else "signed in" if name in policy.VENDOR_SIGNED_IN else "nobody"
        )
        action, methods = "(allauth)", ""
    shown = route.replace("|", "\\|")
    return f"| {name} | `/{shown}` | {resource} | {action} | {methods} |"


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser) -> None:
        parser.add_argument("--check", action="store_true", help="fail when the file is not up to date")

    def handle(self, *args, **options) -> None:
        wanted = document()
        if not options["check"]:
            PATH.write_text(wanted, encoding="utf-8")
            self.stdout.write(f"written {PATH.relative_to(settings.BASE_DIR)}")
        elif not PATH.exists() or PATH.read_text(encoding="utf-8") != wanted:
            raise CommandError("docs/permissions.md is not up to date: run manage.py permissions_doc")
