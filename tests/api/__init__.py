"""The API: what it answers, to whom, and that its document says so."""
