"""A payment provider that moves no money: for demos and tests."""

from nakamise_payments_sandbox._plugin import manifest

__all__ = ["manifest"]
