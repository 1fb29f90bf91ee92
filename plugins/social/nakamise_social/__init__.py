"""Profiles, follows and notifications."""

from nakamise_social._plugin import manifest

__all__ = ["manifest"]
