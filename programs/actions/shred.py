"""Taking away frozen versions of what ended in vain, which the table itself forbids (P-PI7)."""

from typing import Any

import pgtrigger
from django.db import connection


def revisions(keys: list[Any]) -> int:
    """Delete these revisions; returns how many went. A function of the database's owner does it, for entries that ended
    without an honour alone, whatever it is asked for: the application's own role has no right to.
    """
    with pgtrigger.ignore("programs.Revision:append_only"), connection.cursor() as cursor:
        cursor.execute("SELECT shred_revisions(%s)", [keys])
        return cursor.fetchone()[0]
