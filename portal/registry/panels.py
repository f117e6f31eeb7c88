"""What the registry itself tells in a dossier."""

from portal.registry.queries import dossier

MEMBER_EVENTS = (dossier.stays,)
ORGANIZATION_EVENTS = (dossier.changes, dossier.reports)
