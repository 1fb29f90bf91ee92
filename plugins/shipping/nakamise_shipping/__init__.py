"""Rates by region and temperature, delivery days, wrapping, carriers' files."""

from nakamise_shipping._plugin import manifest

__all__ = ["manifest"]
