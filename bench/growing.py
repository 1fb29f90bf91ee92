"""A plugin in a folder whose tables grow while everybody has it: for measuring migrations."""

from __future__ import annotations

import importlib
import sys
from importlib import metadata
from pathlib import Path

from nakamise.host.discovery import GROUP, installed_entry_points
from nakamise.host.registry import PluginHost
from nakamise.tenancy.history import load

PLUGIN = "growing"
_PACKAGE = f"bench_{PLUGIN}"
_MANIFEST = f"""
from nakamise.plugin import Manifest

manifest = Manifest(
    id="{PLUGIN}", api="1.0", version="1.0.0", title="Growing", migrations="{_PACKAGE}.migrations"
)
"""
_FIRST = f"CREATE TABLE {PLUGIN}_note (id uuid PRIMARY KEY, body text NOT NULL);"


class Growing:
    """``folder`` is on ``sys.path`` from now on."""

    def __init__(self, folder: Path) -> None:
        self._migrations = folder / _PACKAGE / "migrations"
        self._migrations.mkdir(parents=True)
        (self._migrations / "__init__.py").touch()
        (folder / _PACKAGE / "__init__.py").write_text(_MANIFEST)
        self._revision = 0
        self.grow(_FIRST)
        sys.path.insert(0, str(folder))
        importlib.invalidate_caches()

    def grow(self, sql: str) -> None:
        """One more migration, as a newer release would bring it."""
        self._revision += 1
        (self._migrations / f"{self._revision:04}_step.sql").write_text(sql)
        load.cache_clear()

    def host(self) -> PluginHost:
        """Ours and this one."""
        entry_point = metadata.EntryPoint(PLUGIN, f"{_PACKAGE}:manifest", GROUP)
        return PluginHost.discover(entry_points=[*installed_entry_points(), entry_point])
