"""Prices for a time and a number of pieces, with lawful strike-through prices."""

from nakamise_timesale._plugin import manifest

__all__ = ["manifest"]
