"""Logo, hero banners, category and shop pictures and portraits of 花音 KANON."""

from __future__ import annotations

from tenants._draw.catalogue import Draw

PICTURES: dict[str, tuple[int, int, Draw]] = {}
