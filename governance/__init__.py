"""Wing of governance: congresses, elections, terms. Its rooms come with later issues."""
