"""Qualified invoices, return invoices and receipts."""

from nakamise_tax_invoice._plugin import manifest

__all__ = ["manifest"]
