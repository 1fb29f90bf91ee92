"""Carriers: layouts of their files as dated data, and writing and reading them."""
