"""Reading the demo tenants' blueprints."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SLUGS = ("kanon", "gear")


def tenant_folder(slug: str) -> Path:
    return ROOT / "tenants" / slug


def read(slug: str, name: str) -> dict[str, Any]:
    """The parsed TOML file `name` of the tenant."""
    with (tenant_folder(slug) / name).open("rb") as file:
        return tomllib.load(file)
