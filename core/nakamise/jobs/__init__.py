"""A queue in PostgreSQL: written in the business transaction, worked off at least once."""
