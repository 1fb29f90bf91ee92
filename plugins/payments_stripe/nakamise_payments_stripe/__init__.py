"""Cards, saved cards, convenience stores and shops' own accounts through Stripe."""

from nakamise_payments_stripe._plugin import manifest

__all__ = ["manifest"]
