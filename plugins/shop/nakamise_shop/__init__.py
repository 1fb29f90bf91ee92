"""Shops, products, carts, orders."""

from nakamise_shop._plugin import manifest

__all__ = ["manifest"]
