"""Addresses that events go to."""
