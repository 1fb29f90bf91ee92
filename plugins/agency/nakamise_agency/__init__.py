"""The agency console: an agency's staff look after its tenants."""

from nakamise_agency._plugin import manifest

__all__ = ["manifest"]
