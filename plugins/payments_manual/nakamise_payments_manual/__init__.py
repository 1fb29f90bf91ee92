"""Bank transfers to the shop's own account, confirmed by staff."""

from nakamise_payments_manual._plugin import manifest

__all__ = ["manifest"]
