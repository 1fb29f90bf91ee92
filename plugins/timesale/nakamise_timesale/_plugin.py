"""The manifest: data only."""

from __future__ import annotations

from typing import Final

from nakamise.contracts.catalog import Catalog, LoweredProducts, PriceHistory
from nakamise.contracts.live import LiveOffers
from nakamise.contracts.shops import ShopSellers
from nakamise.plugin import Listen, Manifest, Mount, NavItem, Need, Permission, Privacy, Slot, SlotItem
from nakamise_timesale.quiet import Quiet
from nakamise_timesale.rights import MANAGE, READ

manifest: Final = Manifest(
    id="timesale",
    api="1.0",
    version="0.1.0",
    title="Time sales",
    summary="Prices for a time and a number of pieces, with lawful strike-through prices.",
    requires=("shop",),
    after=("livestream",),
    hooks="nakamise_timesale.hooks:Hooks",
    mounts=(
        Mount("admin", "nakamise_timesale.staff.pages:route_handlers"),
        Mount("api", "nakamise_timesale.staff.api:route_handlers"),
    ),
    models="nakamise_timesale.models",
    migrations="nakamise_timesale.migrations",
    permissions=(
        Permission(READ, "See time sales", ("admin", "shop_staff"), duties=("orders", "accounting")),
        Permission(
            MANAGE,
            "Create, start and stop time sales",
            ("admin", "shop_staff"),
            duties=("products", "broadcast"),
        ),
    ),
    provides={LoweredProducts: "nakamise_timesale.lowering:lowered_products"},
    uses={
        Catalog: Need.REQUIRED,
        ShopSellers: Need.REQUIRED,
        PriceHistory: Need.OPTIONAL,
        LiveOffers: Need.OPTIONAL,
    },
    companions={Quiet: "nakamise_timesale.quiet:open_quiet"},
    listens=(
        Listen("livestream.started.1", "nakamise_timesale.broadcasts:on_started"),
        Listen("livestream.ended.1", "nakamise_timesale.broadcasts:on_ended"),
    ),
    slots=(
        SlotItem(Slot.PRODUCT_BELOW_PRICE, "timesale/slots/product.html", 20),
        SlotItem(Slot.CART_SUMMARY, "timesale/slots/cart.html", 20),
    ),
    nav=(
        NavItem(
            area="admin",
            label="Time sales",
            path="/admin/timesale",
            icon="clock",
            group="Sales",
            permission=READ,
            weight=50,
        ),
    ),
    privacy=Privacy("nakamise_timesale.privacy:export", "nakamise_timesale.privacy:erase"),
    css_under={"/shop/products": ("timesale.css",), "/admin/timesale": ("timesale.css",)},
)
