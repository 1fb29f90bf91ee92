"""Tracking numbers coming back from carriers."""
