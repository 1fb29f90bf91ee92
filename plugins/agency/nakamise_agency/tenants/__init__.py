"""Sites: list, creation, state."""
