"""Check the sealed audit trail against its chain and its anchors; exit 1 and name the first bad record."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from portal.core import trail


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser) -> None:
        parser.add_argument("--anchors", nargs="*", type=Path, default=[], help="saved mails or notes with anchors")

    def handle(self, *args, **options) -> None:
        verdict = trail.verify(more=options["anchors"])
        if not verdict.good:
            raise CommandError(f"record {verdict.bad_record}: {verdict.reason}")
        self.stdout.write(f"{verdict.sealed} records sealed and whole, {verdict.unsealed} waiting for their seal")
        self.stdout.write(f"compared with copies outside up to link {verdict.anchored}")
