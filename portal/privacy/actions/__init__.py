"""Writing: consents, requests, approvals, what is due to go, and new keys."""
