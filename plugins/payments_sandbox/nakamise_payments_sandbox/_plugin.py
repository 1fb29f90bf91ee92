"""The manifest: data only."""

from __future__ import annotations

from typing import Final

from nakamise.plugin import Manifest, Mount, Slot, SlotItem

manifest: Final = Manifest(
    id="payments_sandbox",
    api="1.0",
    version="0.1.0",
    title="Test payments",
    summary="A payment provider with test cards; nothing is charged.",
    requires=("payments",),
    hooks="nakamise_payments_sandbox.hooks:Hooks",
    mounts=(
        Mount("pages", "nakamise_payments_sandbox.pages:route_handlers"),
        Mount("api", "nakamise_payments_sandbox.api:route_handlers"),
    ),
    models="nakamise_payments_sandbox.models",
    migrations="nakamise_payments_sandbox.migrations",
    slots=(SlotItem(Slot.SITE_BANNER, "payments_sandbox/slots/banner.html", 10),),
    css_under={"/shop/checkout": ("sandbox.css",), "/payments_sandbox": ("sandbox.css",)},
    js_under={"/shop/checkout": ("card.js",)},
)
