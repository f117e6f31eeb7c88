"""The one import engine: every room describes its sheet as an ``Importer`` and gets the rest."""
