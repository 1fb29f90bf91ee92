"""The manifest: data only."""

from __future__ import annotations

from typing import Final

from nakamise.plugin import Manifest

manifest: Final = Manifest(
    id="shipping",
    api="1.0",
    version="0.1.0",
    title="Shipping",
    summary="Rates by region and temperature, delivery days, wrapping, carriers' files.",
    requires=("shop",),
)
