"""The organisation tree, the members and their membership history, and the one import engine."""
