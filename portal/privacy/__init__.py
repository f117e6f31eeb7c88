"""People's data: consents, copies and corrections, approved exports, retention, and the keys it lies under."""
