"""The plugins that are installed when the tests are collected, hello among them."""

from __future__ import annotations

from importlib import metadata

from nakamise.host.discovery import GROUP, installed_entry_points
from tests.fixture_plugins.install import install_hello

install_hello()
ENTRY_POINTS: dict[str, metadata.EntryPoint] = {found.name: found for found in installed_entry_points()}
PLUGINS = sorted(ENTRY_POINTS)
assert "hello" in PLUGINS, f"nothing of {GROUP} is installed"
