"""Public profiles of broadcasters."""
