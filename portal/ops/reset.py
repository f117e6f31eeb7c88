"""`make demo-reset`: throw away the data of the local installation, so that the next start makes a new demo world."""

import os
import shutil
import sys
from pathlib import Path

from portal.ops.embedded import refuse_second_start
from portal.ops.places import MAJOR, elsewhere

ROOT = Path(__file__).resolve().parents[2]
#: Only what the portal itself made: VAR_DIR may be a folder that holds other things too.
MADE = (MAJOR, "valkey", "files", "anchors", "mail", "media", "static", "logs", "keys.json")


def main() -> int:
    """Remove the local data; a database that somebody else runs is never touched."""
    if "DATABASE_URL" in os.environ:
        raise SystemExit("DATABASE_URL is set: demo-reset only clears the embedded database, nothing was removed.")
    var = Path(os.environ.get("VAR_DIR", ROOT / "var")).resolve()
    base = var / MAJOR
    for folder in (base, elsewhere(base) / MAJOR):
        refuse_second_start(folder / "data" / "postmaster.pid")
    for path in (*(var / name for name in MADE), elsewhere(base)):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    sys.stdout.write("The demo data are gone; `make demo` makes new ones.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
