"""Build the demo world: every app's ``demo.STEPS`` in app order, each a function of one shared dict."""

import time

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from portal.core.models import Record
from portal.kit.gather import gather


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []  # `make check` runs them; here they would only delay every start

    def add_arguments(self, parser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing when there is data already")
        parser.add_argument("--accounts", action="store_true", help="then print the accounts")

    def handle(self, *args, **options) -> None:
        self.build(options["if_empty"])
        if options["accounts"]:
            call_command("demo_accounts", stdout=self.stdout)

    def build(self, if_empty: bool) -> None:
        if Record.objects.exists():
            if if_empty:
                return
            raise CommandError("there is data already; make demo-reset starts over")
        began, made = time.monotonic(), {}
        with transaction.atomic():
            for step in gather("demo", "STEPS"):
                step(made)  # type: ignore[operator]
        self.stdout.write(f"demo world built in {time.monotonic() - began:.1f} s")
