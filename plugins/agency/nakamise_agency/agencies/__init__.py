"""Agencies, for the operator."""
