"""Logo, hero banners, category and shop pictures and portraits of HIBANA GEAR."""

from __future__ import annotations

from tenants._draw.catalogue import Draw

PICTURES: dict[str, tuple[int, int, Draw]] = {}
