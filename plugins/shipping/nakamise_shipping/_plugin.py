"""The manifest: data only."""

from __future__ import annotations

from typing import Final

from nakamise.contracts.cart import CartInputs
from nakamise.contracts.catalog import Catalog
from nakamise.contracts.orders import Orders
from nakamise.contracts.shipping import ParcelSenders, ShippingRates
from nakamise.contracts.shops import ShopSellers
from nakamise.plugin import Manifest, Mount, NavItem, Need, Permission, Privacy, Slot, SlotItem
from nakamise_shipping.settings import ShippingSettings

manifest: Final = Manifest(
    id="shipping",
    api="1.0",
    version="0.1.0",
    title="Shipping",
    summary="Rates by region and temperature, delivery days, wrapping, carriers' files.",
    requires=("shop",),
    hooks="nakamise_shipping.hooks:Hooks",
    mounts=(
        Mount("pages", "nakamise_shipping.wishes.pages:route_handlers"),
        Mount("admin", "nakamise_shipping.pages:staff_handlers"),
        Mount("api", "nakamise_shipping.api:route_handlers"),
    ),
    models="nakamise_shipping.models",
    migrations="nakamise_shipping.migrations",
    settings=ShippingSettings,
    permissions=(
        Permission(
            "shipping.manage", "Set shipping fees and days", ("admin", "shop_staff"), duties=("products",)
        ),
        Permission(
            "shipping.send",
            "Write carriers' files, read tracking numbers, merge parcels",
            ("admin", "shop_staff"),
            duties=("orders", "shipping"),
        ),
    ),
    provides={
        ShippingRates: "nakamise_shipping.rates.offers:shipping_rates",
        ParcelSenders: "nakamise_shipping.rates.senders:parcel_senders",
    },
    uses={
        CartInputs: Need.REQUIRED,
        Catalog: Need.REQUIRED,
        Orders: Need.REQUIRED,
        ShopSellers: Need.REQUIRED,
    },
    slots=(
        SlotItem(Slot.CHECKOUT_SECTION, "shipping/slots/checkout.html", 20),
        SlotItem(Slot.ORDER_SECTION, "shipping/slots/order.html", 20),
        SlotItem(Slot.ADMIN_ORDER_SECTION, "shipping/slots/staff_order.html", 20),
        SlotItem(Slot.ADMIN_ORDER_SLIP, "shipping/slots/slip.html", 20),
        SlotItem(Slot.ADMIN_PRODUCT_SECTION, "shipping/slots/staff_product.html", 20),
        SlotItem(Slot.ADMIN_SHOP_SECTION, "shipping/slots/staff_shop.html", 20),
    ),
    nav=(
        NavItem(
            area="admin",
            label="Carriers' files",
            path="/admin/shipping/slips",
            icon="truck",
            group="Sales",
            permission="shipping.send",
            weight=12,
        ),
        NavItem(
            area="admin",
            label="Shipping fees",
            path="/admin/shipping/shops",
            icon="map-pin",
            group="Sales",
            permission="shipping.manage",
            weight=35,
        ),
    ),
    privacy=Privacy("nakamise_shipping.privacy:export", "nakamise_shipping.privacy:erase"),
    css_under={
        "/admin": ("shipping.css",),
        "/shop/checkout": ("shipping.css",),
        "/shipping": ("shipping.css",),
    },
    js_under={"/shop/checkout": ("shipping.js",)},
)
