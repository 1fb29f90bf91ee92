"""Logging in through an identity provider (OpenID Connect)."""

from nakamise_sso._plugin import manifest

__all__ = ["manifest"]
