"""Carts: a wish, never a reservation."""
