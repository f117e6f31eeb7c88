"""Before the processes start, as the owner role: migrate, then give the working role its rights."""

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []  # `make check` runs them; here they would only delay every start

    def handle(self, *args, **options) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("grant_app_role", stdout=self.stdout)
