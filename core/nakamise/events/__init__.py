"""Events: written in the business transaction, delivered by jobs."""
