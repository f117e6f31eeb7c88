"""Wing of events: activities, sports, halls. Its rooms come with later issues."""
