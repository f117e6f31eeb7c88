"""Print one account per role: name, password, what it can try."""

import unicodedata

from django.core.management.base import BaseCommand

from portal.kit.gather import gather


def padded(text: str, width: int) -> str:
    """Pad by the width on the terminal, where Chinese characters take two columns."""
    wide = sum(1 + (unicodedata.east_asian_width(char) in "WF") for char in text)
    return text + " " * max(0, width - wide)


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args, **options) -> None:
        for account in gather("demo", "ACCOUNTS"):
            name, password, who, tries = account  # type: ignore[misc]
            self.stdout.write(f"  {padded(name, 14)}{padded(password, 16)}{padded(who, 34)}{tries}")
