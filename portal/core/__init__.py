"""Record · Message · StoredFile · Job, and the verbs of each. Knows nothing of organisations or programs."""
