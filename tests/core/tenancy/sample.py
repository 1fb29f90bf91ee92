"""Plugins written to a folder by a test, so that it can add to or change their migrations."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import invalidate_caches
from importlib.metadata import EntryPoint
from pathlib import Path
from textwrap import dedent

from nakamise.host.registry import PluginHost
from nakamise.tenancy.history import load

MANIFEST = """
    from nakamise.plugin import Manifest, Permission, hookimpl, LifecycleHooks
    import msgspec


    class Settings(msgspec.Struct):
        depth: int = 3


    class Hooks(LifecycleHooks):
        @hookimpl
        async def tenant_enabled(self, ctx, tx):
            depth = ctx.settings(Settings).depth
            await tx.execute("INSERT INTO {id}_note (id, body) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING", 1, "hi")
            if depth < 0:
                raise RuntimeError("too shallow")


    manifest = Manifest(
        id="{id}", api="1.0", version="1", title="{id}", requires={requires!r}, settings=Settings,
        hooks="{id}_pkg:Hooks", migrations="{id}_pkg.migrations",
        permissions=(Permission("{id}.dig", "Dig", roles=("admin", "shop_staff")),),
    )
"""
FIRST = """
    -- append-only: {id}_ledger
    CREATE TABLE {id}_note (id integer PRIMARY KEY, body text NOT NULL CHECK (body <> ';'));

    CREATE TABLE {id}_ledger (id integer PRIMARY KEY);
"""


class Sample:
    """One plugin in a folder of its own."""

    def __init__(self, root: Path, plugin_id: str, requires: tuple[str, ...] = ()) -> None:
        self.id = plugin_id
        self.root = root
        self.folder = root / f"{plugin_id}_pkg" / "migrations"
        self.folder.mkdir(parents=True)
        (self.folder / "__init__.py").touch()
        text = dedent(MANIFEST).format(id=plugin_id, requires=requires)
        (self.folder.parent / "__init__.py").write_text(text)
        self.write("0001_first", FIRST)

    def write(self, name: str, sql: str) -> None:
        """Add or change a migration, as a newer release would bring it."""
        (self.folder / f"{name}.sql").write_text(dedent(sql).format(id=self.id))
        load.cache_clear()

    @property
    def entry_point(self) -> EntryPoint:
        return EntryPoint(self.id, f"{self.id}_pkg:manifest", "nakamise.plugins")


@contextmanager
def importable(*samples: Sample) -> Iterator[PluginHost]:
    """The host with these plugins and no other."""
    sys.path[:0] = [str(sample.root) for sample in samples]
    invalidate_caches()
    try:
        yield PluginHost.discover(entry_points=[sample.entry_point for sample in samples])
    finally:
        for sample in samples:
            sys.path.remove(str(sample.root))
            for name in [name for name in sys.modules if name.split(".")[0] == f"{sample.id}_pkg"]:
                del sys.modules[name]
        load.cache_clear()
