"""Events on their way, and the log of it."""
