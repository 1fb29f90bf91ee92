"""The manifest: data only."""

from __future__ import annotations

from typing import Final

from nakamise.plugin import Manifest

manifest: Final = Manifest(
    id="payments_stripe",
    api="1.0",
    version="0.1.0",
    title="Stripe",
    summary="Cards, saved cards, convenience stores and shops' own accounts through Stripe.",
    requires=("payments",),
)
