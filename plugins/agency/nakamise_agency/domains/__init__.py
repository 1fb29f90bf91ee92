"""Addresses of a site."""
