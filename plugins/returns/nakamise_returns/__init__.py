"""Returns and exchanges by line, with refunds to the yen."""

from nakamise_returns._plugin import manifest

__all__ = ["manifest"]
