"""Broadcasts as JSON."""
