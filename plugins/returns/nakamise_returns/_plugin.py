"""The manifest: data only."""

from __future__ import annotations

from typing import Final

from nakamise.contracts.catalog import Catalog
from nakamise.contracts.orders import Orders
from nakamise.contracts.returns import ReturnPromises
from nakamise.contracts.shipping import ParcelSenders
from nakamise.contracts.shops import ShopSellers
from nakamise.plugin import (
    Manifest,
    Mount,
    NavItem,
    Need,
    Permission,
    Privacy,
    Slot,
    SlotItem,
    Task,
    Widget,
)
from nakamise_returns.settings import ReturnsSettings

manifest: Final = Manifest(
    id="returns",
    api="1.0",
    version="0.1.0",
    title="Returns",
    summary="Returns and exchanges by line, with refunds to the yen.",
    requires=("shop",),
    hooks="nakamise_returns.hooks:Hooks",
    mounts=(
        Mount("pages", "nakamise_returns.pages:route_handlers"),
        Mount("api", "nakamise_returns.api:route_handlers"),
        Mount("api", "nakamise_returns.staff_api:route_handlers"),
        Mount("admin", "nakamise_returns.staff_pages:route_handlers"),
        Mount("admin", "nakamise_returns.policy_pages:route_handlers"),
    ),
    models="nakamise_returns.models",
    migrations="nakamise_returns.migrations",
    settings=ReturnsSettings,
    permissions=(
        Permission(
            "returns.read",
            "See returns",
            ("admin", "shop_staff"),
            duties=("orders", "shipping", "accounting"),
        ),
        Permission(
            "returns.manage",
            "Decide, receive and settle returns",
            ("admin", "shop_staff"),
            duties=("orders",),
        ),
        Permission(
            "returns.policy",
            "Edit what shops promise about returns",
            ("admin", "shop_staff"),
            duties=("products",),
        ),
    ),
    provides={ReturnPromises: "nakamise_returns.promises:return_promises"},
    uses={
        Orders: Need.REQUIRED,
        Catalog: Need.REQUIRED,
        ShopSellers: Need.REQUIRED,
        ParcelSenders: Need.OPTIONAL,
    },
    slots=(
        SlotItem(Slot.PRODUCT_BELOW_BUY, "returns/slots/product.html", 60),
        SlotItem(Slot.ORDER_SECTION, "returns/slots/order.html", 60),
        SlotItem(Slot.ADMIN_ORDER_SECTION, "returns/slots/staff_order.html", 60),
    ),
    nav=(
        NavItem(area="account", label="Returns", path="/returns", icon="rotate-ccw", weight=15),
        NavItem(
            area="admin",
            label="Returns",
            path="/admin/returns",
            icon="rotate-ccw",
            group="Sales",
            permission="returns.read",
            weight=15,
        ),
        NavItem(
            area="admin",
            label="Return policies",
            path="/admin/returns/policies",
            icon="file-text",
            group="Sales",
            permission="returns.policy",
            weight=35,
        ),
    ),
    widgets=(
        Widget(
            id="returns.todos",
            label="Returns",
            handler="nakamise_returns.widget:widget",
            permission="returns.read",
        ),
    ),
    tasks=(Task("returns.lapse", "nakamise_returns.handling:lapse_due", 3600),),
    privacy=Privacy("nakamise_returns.privacy:export", "nakamise_returns.privacy:erase"),
)
