"""Lists of the engine; ``LISTINGS`` is what export jobs find by name."""

from programs.tables.entries import ENTRIES
from programs.tables.notices import DECISIONS, NOTICES

LISTINGS = (ENTRIES, NOTICES, DECISIONS)
