"""The demo world under the name that `make demo` knows: ``seed_world --scale demo``."""

from portal.core.management.commands.seed_world import Command as SeedWorld


class Command(SeedWorld):
    help = __doc__
