"""The only writers of the engine."""
