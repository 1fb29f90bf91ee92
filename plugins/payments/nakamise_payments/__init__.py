"""Payments: charges, refunds, the ledger and its reconciliation; providers are plugins of their own."""

from nakamise_payments._plugin import manifest

__all__ = ["manifest"]
