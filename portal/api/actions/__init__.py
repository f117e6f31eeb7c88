"""The writers of the API's own rows."""
