"""Sales, best sellers and the way to the purchase, by day and broadcast."""

from nakamise_analytics._plugin import manifest

__all__ = ["manifest"]
