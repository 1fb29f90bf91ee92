"""Makes installed-looking plugins out of objects: real modules, real entry points, no files."""

from __future__ import annotations

import sys
import types
from importlib import metadata
from itertools import count
from pathlib import Path
from typing import Any

from nakamise.plugin import Manifest

_numbers = count()


def module(**attributes: Any) -> str:
    """A new importable module; its name."""
    made = types.ModuleType(f"made_for_test_{next(_numbers)}")
    vars(made).update(attributes)
    sys.modules[made.__name__] = made
    return made.__name__


def entry(name: str, target: Any, **attributes: Any) -> metadata.EntryPoint:
    return metadata.EntryPoint(name, f"{module(manifest=target, **attributes)}:manifest", "nakamise.plugins")


def manifest(id_: str, *, api: str = "1.0", **parts: Any) -> Manifest:
    return Manifest(id=id_, api=api, version="1", title=id_, **parts)


def plugin(id_: str, *, folder: Path | None = None, **parts: Any) -> metadata.EntryPoint:
    """``folder`` is where the module claims to lie, for plugins with templates."""
    file = {"__file__": str(folder / "__init__.py")} if folder else {}
    return entry(id_, manifest(id_, **parts), **file)


def hooks(cls: type) -> str:
    return f"{module(Hooks=cls)}:Hooks"
