"""Pages of the registry: thin, one line of policy each."""
