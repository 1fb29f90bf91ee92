"""What documents say: pure functions from an order to a body, and from a body to a printed sheet."""
