"""The manifest: data only."""

from __future__ import annotations

from typing import Final

from nakamise.contracts.cart import CartInputs
from nakamise.contracts.catalog import Catalog
from nakamise.contracts.live import LiveOffers
from nakamise.contracts.orders import Orders
from nakamise.contracts.shops import ShopSellers
from nakamise.plugin import Manifest, Mount, NavItem, Need, Permission, Privacy, Slot, SlotItem, Task
from nakamise_coupons.rights import MANAGE, READ

manifest: Final = Manifest(
    id="coupons",
    api="1.0",
    version="0.1.0",
    title="Coupons",
    summary="Codes that take something off, with limits that hold under races.",
    requires=("shop",),
    after=("livestream", "timesale"),
    hooks="nakamise_coupons.hooks:Hooks",
    mounts=(
        Mount("pages", "nakamise_coupons.buyer.pages:route_handlers"),
        Mount("admin", "nakamise_coupons.staff.pages:route_handlers"),
        Mount("api", "nakamise_coupons.buyer.api:route_handlers"),
        Mount("api", "nakamise_coupons.staff.api:route_handlers"),
    ),
    models="nakamise_coupons.models",
    migrations="nakamise_coupons.migrations",
    permissions=(
        Permission(
            READ, "See coupons and their uses", ("admin", "shop_staff"), duties=("orders", "accounting")
        ),
        Permission(
            MANAGE, "Create and change coupons", ("admin", "shop_staff"), duties=("products", "broadcast")
        ),
    ),
    uses={
        CartInputs: Need.REQUIRED,
        Catalog: Need.REQUIRED,
        Orders: Need.REQUIRED,
        ShopSellers: Need.REQUIRED,
        LiveOffers: Need.OPTIONAL,
    },
    slots=(
        SlotItem(Slot.CART_SUMMARY, "coupons/slots/box.html", 30),
        SlotItem(Slot.CHECKOUT_SUMMARY, "coupons/slots/confirm.html", 30),
    ),
    nav=(
        NavItem(area="account", label="Coupons", path="/coupons", icon="ticket", weight=15),
        NavItem(
            area="admin",
            label="Coupons",
            path="/admin/coupons",
            icon="ticket",
            group="Sales",
            permission=READ,
            weight=40,
        ),
    ),
    tasks=(Task("coupons.forget_guesses", "nakamise_coupons.guessing:forget", 3600),),
    privacy=Privacy("nakamise_coupons.privacy:export", "nakamise_coupons.privacy:erase"),
    css_under={
        "/shop/cart": ("coupons.css",),
        "/coupons": ("coupons.css",),
        "/admin/coupons": ("coupons.css",),
    },
)
