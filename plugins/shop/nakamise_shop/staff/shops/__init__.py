"""Shops: made, described, applied for and decided; who works for them."""
