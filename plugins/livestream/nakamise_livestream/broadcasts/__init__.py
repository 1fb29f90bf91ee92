"""Broadcasts: planning, the state machine, and what belongs to one of them."""
