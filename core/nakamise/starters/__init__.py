"""Blueprints that a new tenant can start from.

They have the shape of every other blueprint (``tenants/<slug>/``), but stand inside the package: agencies use
them from an installed wheel, where the demo's ``tenants/`` folder is not. Texts may say ``{site_name}``; what
only the merchant knows stands in 【 】.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from nakamise.tenancy.blueprint_file import TENANT_FILE, read_tenant_file

ROOT: Final = Path(__file__).parent


class Starter(msgspec.Struct, frozen=True, kw_only=True):
    """``colours``: brand and accent, ``#rrggbb``, for a preview. ``folder`` is what ``blueprint.furnish`` reads."""

    id: str
    title: str
    title_en: str
    summary: str
    summary_en: str
    colours: tuple[str, str]
    plugins: tuple[str, ...]
    folder: Path


@cache
def list_starters() -> tuple[Starter, ...]:
    """By id. Raises BlueprintError."""
    return tuple(_read(path.parent) for path in sorted(ROOT.glob(f"*/{TENANT_FILE}")))


def _read(folder: Path) -> Starter:
    file = read_tenant_file(folder, "localhost")
    return Starter(
        id=folder.name,
        title=file.tenant.name,
        title_en=file.tenant.name_en,
        summary=str(file.brand["tagline"]),
        summary_en=str(file.brand["tagline_en"]),
        colours=(str(file.brand["brand"]), str(file.brand["accent"])),
        plugins=file.plugins.enabled,
        folder=folder,
    )
