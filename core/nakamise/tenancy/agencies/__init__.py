"""Agencies and their tenants: the implementation of ``nakamise.contracts.control``."""
