"""The manifest: data only."""

from __future__ import annotations

from typing import Final

from nakamise.plugin import Manifest

manifest: Final = Manifest(
    id="tax_invoice",
    api="1.0",
    version="0.1.0",
    title="Invoices",
    summary="Qualified invoices, return invoices and receipts.",
    requires=("shop",),
)
