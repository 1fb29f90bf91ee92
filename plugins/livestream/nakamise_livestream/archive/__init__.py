"""Recordings in the tenant's object store: saved, played, published, deleted."""
