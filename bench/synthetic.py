"""Plugins that exist only to be many: real packages in a folder, found through entry points like any other."""

from __future__ import annotations

import importlib
import sys
from importlib import metadata
from pathlib import Path

from nakamise.host.discovery import GROUP

_FILES = {
    "__init__.py": """
from {package}._plugin import manifest

__all__ = ["manifest"]
""",
    "_plugin.py": """
from nakamise.plugin import Manifest, Mount, NavItem, Permission

manifest = Manifest(
    id="{id}",
    api="1.0",
    version="1.0.0",
    title="{id}",
    after=("shop",),
    hooks="{package}.hooks:Hooks",
    mounts=(Mount("api", "{package}.routes:api"), Mount("pages", "{package}.routes:pages")),
    permissions=(Permission("{id}.manage", "Manage {id}"),),
    nav=(NavItem(area="site", label="{id}", path="/{id}/things", weight=90),),
)
""",
    "hooks.py": """
from nakamise.plugin import PricingHooks, hookimpl


class Hooks(PricingHooks):
    @hookimpl
    def price_adjust(self, ctx, draft, facts):
        return None
""",
    "routes.py": """
from litestar import get

from nakamise.plugin import Ctx, anyone, requires


@get("/things", opt=anyone())
async def list_things(ctx: Ctx) -> list[str]:
    return []


@get("/things/{{slug:str}}", opt=requires("{id}.manage"))
async def one_thing(ctx: Ctx, slug: str) -> str:
    return slug


@get("/things", opt=anyone(), include_in_schema=False)
async def page_of_things(ctx: Ctx) -> str:
    return ""


api = [list_things, one_thing]
pages = [page_of_things]
""",
}


def make_plugins(folder: Path, count: int) -> list[metadata.EntryPoint]:
    """``folder`` is on ``sys.path`` from now on."""
    names = [f"extra{number:02}" for number in range(count)]
    for name in names:
        _write(folder, name)
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    return [metadata.EntryPoint(name, f"bench_{name}:manifest", GROUP) for name in names]


def _write(folder: Path, name: str) -> None:
    package = f"bench_{name}"
    (folder / package).mkdir(parents=True)
    for file, text in _FILES.items():
        (folder / package / file).write_text(text.format(package=package, id=name).lstrip())
