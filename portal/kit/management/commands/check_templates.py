"""Compile every template of the project: a typing error in a rarely seen page is found before its reader finds it."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template import TemplateSyntaxError, engines


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args, **options) -> None:
        engine = engines["django"]
        root = Path(settings.BASE_DIR) / "templates"
        names = sorted(
            str(path.relative_to(root)) for path in root.rglob("*") if path.suffix in {".html", ".txt", ".xml"}
        )
        wrong = []
        for name in names:
            try:
                engine.get_template(name)
            except TemplateSyntaxError as error:
                wrong.append(f"{name}: {error}")
        if wrong:
            raise CommandError("\n".join(wrong))
        self.stdout.write(f"{len(names)} templates compile")
