"""Nakamise: a pluggable multi-tenant framework for live commerce."""

__version__ = "0.1.0"
