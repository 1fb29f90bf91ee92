"""Sheets as PDF, and where the files are kept."""
