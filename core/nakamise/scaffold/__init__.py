"""Renders the start of a new plugin: see ``nakamise.scaffold.render``."""
