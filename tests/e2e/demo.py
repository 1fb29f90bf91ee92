"""The demo as a stranger has it after `make run`: both tenants, a server process, everybody's log-ins."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nakamise.runtime import Runtime
from nakamise.tenancy import blueprint
from nakamise.tenancy.agencies.homes import ensure_console
from nakamise.tenancy.bootstrap import DEMO_TENANTS, demo_folders
from nakamise.tenancy.owner import owner_transaction

PASSWORDS: Final = {"kanon": "demo-hanami-2026", "gear": "demo-hibana-2026"}

# Drawn as they are, so that real art goes all the way too; the others cost a second of processor time each, and a
# plain square still a tenth, for drawing and packing cost by area: they become strips.
_REAL_ART: Final = ("logo.svg", "silk-rouge-01.svg", "toki-2-1.svg")
_FLATTER: Final = 8
_VIEW_BOX: Final = re.compile(r'viewBox="0 0 (\d+) (\d+)"')
_PLAIN: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
    '<rect width="100%" height="100%" fill="#8a8f98"/><circle cx="50%" cy="50%" r="20%" fill="#d9dde3"/></svg>'
)


@dataclass(frozen=True)
class Demo:
    """An installation that runs on ``port``."""

    port: int

    def url(self, slug: str, path: str = "/") -> str:
        return f"http://{slug}.localhost:{self.port}{path}"


async def seed(runtime: Runtime, folder: Path) -> None:
    """Apply the demo's blueprints from a copy below ``folder`` whose drawings are quick to draw."""
    for source in demo_folders():
        copy = folder / source.relative_to(DEMO_TENANTS)
        shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
        for drawing in copy.glob("art/*.svg"):
            if drawing.name not in _REAL_ART:
                _simplify(drawing)
        await blueprint.apply(runtime, copy, runtime.settings.base_domain)
    await open_consoles(runtime)


async def open_consoles(runtime: Runtime) -> None:
    """The demo's two consoles, whose tenants are applied already."""
    async with owner_transaction(runtime.settings) as connection:
        for slug, home in (("demo", "agency"), ("operator", "operator")):
            await ensure_console(connection, slug, slug, home, is_operator=home == "operator")
    await runtime.directory.refresh()


def _simplify(drawing: Path) -> None:
    box = _VIEW_BOX.search(drawing.read_text(encoding="utf-8"))
    if box is None:
        raise ValueError(f"{drawing.name} has no viewBox")
    width, height = int(box[1]), int(box[2]) // _FLATTER
    drawing.write_text(_PLAIN.format(width=width, height=height), encoding="utf-8")
