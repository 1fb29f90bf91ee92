"""The manifest: data only."""

from __future__ import annotations

from typing import Final

from nakamise.contracts.live import LiveSales
from nakamise.contracts.sales import Sales
from nakamise.plugin import Manifest, Mount, NavItem, Need, Permission

manifest: Final = Manifest(
    id="analytics",
    api="1.0",
    version="0.1.0",
    title="Sales reports",
    summary="Sales by period, product, category, shop and broadcast; one definition for each figure.",
    requires=("shop",),
    after=("livestream",),
    mounts=(
        Mount("admin", "nakamise_analytics.pages:route_handlers"),
        Mount("api", "nakamise_analytics.api:route_handlers"),
    ),
    permissions=(
        Permission("analytics.read", "See sales reports", ("admin", "shop_staff"), duties=("accounting",)),
    ),
    css_under={"/admin/analytics": ("analytics.css",)},
    uses={Sales: Need.REQUIRED, LiveSales: Need.OPTIONAL},
    nav=(
        NavItem(
            area="admin",
            label="Sales reports",
            path="/admin/analytics",
            icon="chart-line",
            group="Sales",
            permission="analytics.read",
            weight=50,
        ),
    ),
)
