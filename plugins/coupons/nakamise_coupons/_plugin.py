"""The manifest: data only."""

from __future__ import annotations

from typing import Final

from nakamise.plugin import Manifest

manifest: Final = Manifest(
    id="coupons",
    api="1.0",
    version="0.1.0",
    title="Coupons",
    summary="Codes that take something off, with limits that hold under races.",
    requires=("shop",),
)
