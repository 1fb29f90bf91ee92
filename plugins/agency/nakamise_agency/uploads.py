"""Files in forms."""

from __future__ import annotations

from typing import Any

from nakamise.web import Form


async def picture_in(form: Form[Any], name: str) -> bytes:
    """What was uploaded under ``name``; empty when nothing was chosen."""
    files = form.files.get(name, [])
    return await files[0].read() if files and files[0].filename else b""
