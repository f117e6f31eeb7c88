"""Fill an empty portal with made-up data: ``--scale demo`` to try it out, ``--scale city`` at full size.

Each app adds what is its own: the functions of one shared dict in ``demo.STEPS`` and ``seed.CITY``, in app order.
"""

import time
from dataclasses import dataclass

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from portal.core import trail
from portal.core.models import Record
from portal.kit.gather import gather

SCALES = {"demo": ("demo", "STEPS"), "city": ("seed", "CITY")}


@dataclass(frozen=True)
class Size:
    """How many of each there shall be in a city."""

    units: int
    members: int
    entries: int


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []  # `make check` runs them; here they would only delay every start

    def add_arguments(self, parser) -> None:
        parser.add_argument("--scale", choices=SCALES, default="demo")
        parser.add_argument("--units", type=int, default=3300, help="of a city; growth is measured with fewer")
        parser.add_argument("--members", type=int, default=300_000)
        parser.add_argument("--entries", type=int, default=40_000)
        parser.add_argument("--seed", type=int, default=2026, help="the same seed makes the same rows")
        parser.add_argument("--if-empty", action="store_true", help="do nothing when there is data already")
        parser.add_argument("--accounts", action="store_true", help="then print the accounts")

    def handle(self, *args, **options) -> None:
        self.build(options)
        if options["accounts"]:
            call_command("demo_accounts", stdout=self.stdout)

    def build(self, options: dict) -> None:
        if Record.objects.exists():
            if options["if_empty"]:
                return
            raise CommandError("there is data already; make demo-reset starts over")
        scale, size = options["scale"], Size(options["units"], options["members"], options["entries"])
        began, made = time.monotonic(), {"size": size, "seed": options["seed"]}
        with transaction.atomic():
            for step in gather(*SCALES[scale]):
                at = time.monotonic()
                step(made)  # type: ignore[operator]
                if scale == "city":
                    know_sizes()
                if options["verbosity"] > 1:
                    self.stdout.write(f"  {step.__module__}.{step.__name__}: {time.monotonic() - at:.1f} s")
        if scale == "city":
            while trail.seal():
                pass
            know_sizes()
        self.stdout.write(f"{scale} world built in {time.monotonic() - began:.1f} s")


def know_sizes() -> None:
    """What triggers and foreign keys look up is planned for tables of their size, not for the empty ones of before."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
