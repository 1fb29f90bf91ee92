"""The manifest: data only."""

from __future__ import annotations

from typing import Final

from nakamise.plugin import Manifest

manifest: Final = Manifest(
    id="returns",
    api="1.0",
    version="0.1.0",
    title="Returns",
    summary="Returns and exchanges by line, with refunds to the yen.",
    requires=("shop",),
)
