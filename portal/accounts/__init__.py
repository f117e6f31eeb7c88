"""Users, their posts, and in whose name a request acts."""
