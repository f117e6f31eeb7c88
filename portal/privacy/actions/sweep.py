"""Files that belong to nobody: uploads never finished, results whose owner is gone, bytes without a row."""

import datetime
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from portal.core import files, trail
from portal.core.actor import Actor
from portal.core.models import StoredFile
from portal.kit import days
from portal.kit.gather import gather

#: What is younger may belong to an act that is still being written.
AGE = datetime.timedelta(days=1)


def orphans() -> Iterator[StoredFile]:
    """Rows that no row of any table points to, and no app names otherwise (``personal.FILES_NAMED``)."""
    rows = StoredFile.objects.filter(created_at__lt=days.now() - AGE)
    for relation in StoredFile._meta.related_objects:
        others = relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")})
        rows = rows.exclude(Exists(others))
    found = list(rows)
    digests = [one.sha256 for one in found]
    named = set().union(*(ask(digests) for ask in gather("personal", "FILES_NAMED"))) if digests else set()  # type: ignore[operator]
    yield from (one for one in found if one.sha256 not in named)


def strays() -> Iterator[Path]:
    """Bytes without a row, and halves of writes that a crash broke off."""
    root, before = Path(settings.FILES_DIR), (days.now() - AGE).timestamp()
    old = [path for path in root.glob("??/*") if path.is_file() and path.stat().st_mtime < before]
    for start in range(0, len(old), 500):
        part = old[start : start + 500]
        known = {
            pk.hex
            for pk in StoredFile.objects.filter(pk__in=[p.name for p in part if _named(p)]).values_list("pk", flat=True)
        }
        yield from (path for path in part if path.name not in known)


def _named(path: Path) -> bool:
    return len(path.name) == 32 and all(sign in "0123456789abcdef" for sign in path.name)


def sweep(by: Actor) -> dict[str, int]:
    """Delete both; returns how many. A row that somebody points to this very moment stays: its foreign key says so."""
    rows = bytes_alone = 0
    for stored in orphans():
        try:
            with transaction.atomic():
                StoredFile.objects.filter(pk=stored.pk).delete()
        except IntegrityError:
            continue
        files.discard(stored)
        rows += 1
    for path in strays():
        path.unlink(missing_ok=True)
        bytes_alone += 1
    if rows or bytes_alone:
        trail.write(by, "files.sweep", None, change={"files": rows, "strays": bytes_alone})
    return {"files": rows, "strays": bytes_alone}
