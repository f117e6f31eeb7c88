"""Write docs/data-register.md from the models' declarations; ``--check`` only says whether it is up to date."""

from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Model

from portal.kit.personal import Holding, Level, holdings, level_of, rules

PATH = Path(settings.BASE_DIR) / "docs" / "data-register.md"
HEAD = """# What the portal holds of people

Made from the models and the `personal` modules by `manage.py data_register`; do not edit.

Levels: 公开 may be shown to anybody; 内部 names no person by itself; 个人 is a person's; 敏感 harms in the wrong hands:
it lies encrypted, is shown masked, and one value is seen in plain only for a stated purpose, which is recorded.
`manage.py check` refuses a model that points to a person, or seals a field, and is not declared.
"""


def document() -> str:
    """The whole page."""
    lines = [HEAD.rstrip("\n"), "", "## Who, what for, how long", ""]
    lines += ["| model | 中文 | purpose | legal basis | kept | then |", "|---|---|---|---|---|---|"]
    held = sorted(holdings().values(), key=lambda one: (one.order, one.model))
    lines += [f"| {one.model} | {one.title} | {one.purpose} | {one.basis} | {one.keep} | {one.shred} |" for one in held]
    lines += ["", "## What goes by itself", "", "| rule | what | days | since |", "|---|---|---|---|"]
    lines += [f"| {one.key} | {one.title} | {one.days:,} | {one.since} |" for one in rules().values()]
    lines += [
        "",
        "Days may be set otherwise by the city office (个人信息 → 保存期限), with a reason.",
        "",
        "## Fields",
        "",
        "What is not named is 内部.",
        "",
    ]
    lines += ["| model | 敏感 | 个人 | 公开 |", "|---|---|---|---|"]
    lines += [_fields(one) for one in held]
    lines += ["", "## 内部: models that hold nothing of a person", "", ", ".join(_others())]
    return "\n".join(lines) + "\n"


def _fields(holding: Holding) -> str:
    by: dict[Level, list[str]] = {level: [] for level in Level}
    for one in holding.type._meta.local_concrete_fields:
        by[level_of(holding.type, one.name)].append(one.name)
    cells = [", ".join(by[level]) for level in (Level.SENSITIVE, Level.PERSONAL, Level.PUBLIC)]
    return f"| {holding.model} | {' | '.join(cells)} |"


def _others() -> list[str]:
    def ours(model: type[Model]) -> bool:
        return model.__module__.partition(".")[0] in ("portal", "programs", "awards", "finance")

    return sorted(m._meta.label for m in apps.get_models() if ours(m) and m._meta.label_lower not in holdings())


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
            raise CommandError("docs/data-register.md is not up to date: run manage.py data_register")
