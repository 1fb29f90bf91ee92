"""Live broadcasts that sell."""

from nakamise_livestream._plugin import manifest

__all__ = ["manifest"]
