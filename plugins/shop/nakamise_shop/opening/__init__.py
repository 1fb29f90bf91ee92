"""Broadcasters who are no staff apply for a shop of their own."""
