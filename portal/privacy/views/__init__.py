"""Pages of people's data."""
