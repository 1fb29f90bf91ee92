"""A tenant as files: what ``nakamise tenant apply`` reads and hands to the plugins."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol


class Blueprint(Protocol):
    """``data("shop")`` is ``shop.toml`` beside ``tenant.toml``, parsed; {} when there is none."""

    def data(self, plugin_id: str) -> dict[str, Any]: ...

    def file(self, relative: str) -> Path:
        """A file of the blueprint, e.g. ``art/logo.svg``. Raises ValueError outside its folder."""
        ...

    async def picture(self, relative: str) -> str:
        """Ingest a drawn or pixel picture once; the same file gives the same media id again."""
        ...
