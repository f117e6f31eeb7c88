"""Bring every sealed value under the current key and suite, while people work.

Without options it starts a background job. ``--here`` does it in this process, ``--status`` only says what lies under
which key. A key that status no longer names may be taken out of FIELD_KEYS.
"""

from django.core.management.base import BaseCommand

from portal.core import jobs
from portal.core.actor import SYSTEM
from portal.kit import crypto
from portal.privacy.actions import keys


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser) -> None:
        parser.add_argument("--here", action="store_true", help="in this process instead of a background job")
        parser.add_argument("--status", action="store_true", help="only count")

    def handle(self, *args, **options) -> None:
        if options["here"]:
            found = keys.rotate(SYSTEM)
            self.stdout.write(f"read {found['read']}, changed {found['changed']}, unreadable {found['unreadable']}")
        elif not options["status"]:
            job = jobs.start("privacy.rotate", SYSTEM, "换密钥")
            self.stdout.write(f"job {job.pk} started; rotate_keys --status shows how far it is")
            return
        self.status()

    def status(self) -> None:
        ring = crypto.keyring()
        for mark, count in keys.in_use().items():
            self.stdout.write(f"{mark}: {count:,} values{' (current)' if f'{mark}:' == ring.mark else ''}")
        if ring.index_old is not None:
            self.stdout.write(f"blind indexes under the old key: {keys.old_indexes():,}")
