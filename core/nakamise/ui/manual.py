"""Which section of the help belongs to a screen.

The help is Markdown beside the code, the core's and each plugin's: ``help/<locale>/<role>.md``. A section
begins with ``## Title {#anchor /admin/path}``; it belongs to the paths that it names, and to what lies below.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

import nakamise
from nakamise.plugin.context import TenantCtx

CORE: Final = Path(nakamise.__file__).parent
HEADING: Final = re.compile(
    r"^## (?P<title>.+?) \{#(?P<anchor>[a-z0-9-]+)(?P<paths>(?: /[a-z0-9/_-]+)*)\}$", re.MULTILINE
)


def folders(ctx: TenantCtx) -> tuple[Path, ...]:
    """The core's, then those of the plugins that are on."""
    host = ctx.runtime.host
    found = [host.plugin(id_).folder for id_ in host.in_order(ctx.tenant.plugins)]
    return tuple(folder / "help" for folder in (CORE, *found) if folder is not None)


def texts(ctx: TenantCtx, role: str) -> list[str]:
    paths = [folder / ctx.locale / f"{role}.md" for folder in folders(ctx)]
    return [path.read_text(encoding="utf-8") for path in paths if path.is_file()]


def help_url(ctx: TenantCtx) -> str:
    """The section for the screen that is shown; the whole help where none says that it is meant."""
    path = ctx.http.path
    known = _by_path(folders(ctx), ctx.locale)
    while path:
        if anchor := known.get(path):
            return f"/help#{anchor}"
        path = path.rpartition("/")[0]
    return "/help"


@lru_cache(maxsize=256)
def _by_path(places: tuple[Path, ...], locale: str) -> Mapping[str, str]:
    return {
        path: mark["anchor"]
        for place in places
        for file in sorted((place / locale).glob("*.md"))
        for mark in HEADING.finditer(file.read_text(encoding="utf-8"))
        for path in mark["paths"].split()
    }
