"""The manifest: data only."""

from __future__ import annotations

from typing import Final

from nakamise.plugin import Manifest

manifest: Final = Manifest(
    id="timesale",
    api="1.0",
    version="0.1.0",
    title="Time sales",
    summary="Prices for a time and a number of pieces, with lawful strike-through prices.",
    requires=("shop",),
)
