"""Wing of welfare: hardship aid, insurance, recuperation, counsel. Its rooms come with later issues."""
