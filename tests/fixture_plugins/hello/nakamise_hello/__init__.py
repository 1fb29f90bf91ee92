"""A tiny plugin."""

from nakamise_hello._plugin import manifest

__all__ = ["manifest"]
