"""Codes that take something off, with limits that hold under races."""

from nakamise_coupons._plugin import manifest

__all__ = ["manifest"]
