"""The manifest: data only."""

from __future__ import annotations

from typing import Final

from nakamise.plugin import Manifest

manifest: Final = Manifest(
    id="analytics",
    api="1.0",
    version="0.1.0",
    title="Reports",
    summary="Sales, best sellers and the way to the purchase, by day and broadcast.",
    requires=("shop",),
)
