"""Signed events to addresses that a tenant names."""

from nakamise_webhooks._plugin import manifest

__all__ = ["manifest"]
