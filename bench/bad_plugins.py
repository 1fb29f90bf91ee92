"""Plugins that misbehave while a product's page waits for their box: installed in a folder, for the server's process too."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

# One step holds the event loop for this long: far below what the host calls blocking (1 s).
BURST_S: Final = 0.05
BIG_BYTES: Final = 1_000_000
BEHAVES: Final = "behaves"
ACTS: Final = {
    BEHAVES: 'return {"text": "boxed"}',
    "raises": 'raise RuntimeError("boom")',
    "waits": "await asyncio.sleep(3600)",
    "blocks": f'time.sleep({BURST_S})\n        return {{"text": "late"}}',
    "floods": f'return {{"text": "<" * {BIG_BYTES}}}',
}
_FILES: Final = {
    "{package}/__init__.py": """
from nakamise.plugin import Manifest, Slot, SlotItem

manifest = Manifest(
    id="{id}",
    api="1.0",
    version="1.0.0",
    title="{id}",
    after=("shop",),
    hooks="{package}.hooks:Hooks",
    slots=(SlotItem(Slot.PRODUCT_SECTION, "{id}/box.html"),),
)
""",
    "{package}/hooks.py": """
import asyncio
import time

from nakamise.plugin import UiHooks, hookimpl


class Hooks(UiHooks):
    @hookimpl
    async def slot_context(self, ctx, tx, slot, subject):
        {act}
""",
    "{package}/templates/{id}/box.html": "<p>{{{{ text }}}}</p>",
    "{package}-1.0.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: {package}\nVersion: 1.0.0\n",
    "{package}-1.0.0.dist-info/entry_points.txt": "[nakamise.plugins]\n{id} = {package}:manifest\n",
}


@contextmanager
def installed(folder: Path, acts: Sequence[str]) -> Iterator[None]:
    """One plugin for each act, named like it; found by this process and by those that it starts."""
    for act in acts:
        _write(folder, act)
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(folder), *filter(None, [before])])
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def _write(folder: Path, act: str) -> None:
    package = f"bench_{act}"
    for name, text in _FILES.items():
        file = folder / name.format(package=package, id=act)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.format(package=package, id=act, act=ACTS[act]).lstrip())
