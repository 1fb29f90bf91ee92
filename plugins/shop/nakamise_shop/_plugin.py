"""The manifest: data only."""

from __future__ import annotations

from typing import Final

from nakamise.contracts.cart import CartInputs
from nakamise.contracts.catalog import Catalog, LoweredProducts, PriceHistory
from nakamise.contracts.live import LiveBroadcasters
from nakamise.contracts.orders import Orders
from nakamise.contracts.payments import Payments, PaymentSubject
from nakamise.contracts.returns import ReturnPromises
from nakamise.contracts.sales import Sales
from nakamise.contracts.shipping import ShippingRates
from nakamise.contracts.shops import ShopSellers
from nakamise.plugin import (
    JobType,
    Listen,
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
from nakamise_shop.checkout.line import Lines
from nakamise_shop.metering import METERS
from nakamise_shop.orders.mail_texts import MAIL_TEXTS
from nakamise_shop.reports.seen import Seen
from nakamise_shop.scope import PEOPLE
from nakamise_shop.settings import ShopSettings

manifest: Final = Manifest(
    id="shop",
    api="1.0",
    version="0.1.0",
    title="Shop",
    summary="Products, carts, checkout and orders.",
    requires=("payments",),
    hooks="nakamise_shop.hooks:Hooks",
    mounts=(
        Mount("pages", "nakamise_shop.catalog.pages:route_handlers"),
        Mount("pages", "nakamise_shop.cart.pages:route_handlers"),
        Mount("pages", "nakamise_shop.checkout.pages:route_handlers"),
        Mount("pages", "nakamise_shop.checkout.ways:route_handlers"),
        Mount("pages", "nakamise_shop.orders.pages:route_handlers"),
        Mount("pages", "nakamise_shop.disclosure.pages:buyer_handlers"),
        Mount("pages", "nakamise_shop.on_request.pages:route_handlers"),
        Mount("pages", "nakamise_shop.orders.wishes:page_handlers"),
        Mount("pages", "nakamise_shop.opening.pages:route_handlers"),
        Mount("api", "nakamise_shop.orders.wishes:api_handlers"),
        Mount("api", "nakamise_shop.catalog.api:route_handlers"),
        Mount("api", "nakamise_shop.cart.api:route_handlers"),
        Mount("api", "nakamise_shop.checkout.api:route_handlers"),
        Mount("api", "nakamise_shop.orders.api:route_handlers"),
        Mount("api", "nakamise_shop.disclosure.api:route_handlers"),
        Mount("api", "nakamise_shop.on_request.api:route_handlers"),
        Mount("admin", "nakamise_shop.staff.pages:route_handlers"),
        Mount("admin", "nakamise_shop.disclosure.pages:staff_handlers"),
        Mount("admin", "nakamise_shop.on_request.staff_pages:route_handlers"),
        Mount("api", "nakamise_shop.staff.api:route_handlers"),
    ),
    models="nakamise_shop.models",
    migrations="nakamise_shop.migrations",
    settings=ShopSettings,
    permissions=(
        Permission(
            "shop.dashboard",
            "See the shop's dashboard",
            ("admin", "shop_staff"),
            duties=("products", "orders", "shipping", "accounting"),
        ),
        Permission(
            "shop.products.read",
            "See all products",
            ("admin", "shop_staff"),
            duties=("products", "orders", "broadcast"),
        ),
        Permission(
            "shop.products.manage",
            "Create, edit and publish products",
            ("admin", "shop_staff"),
            duties=("products",),
        ),
        Permission(
            "shop.orders.read",
            "See orders",
            ("admin", "shop_staff"),
            duties=("orders", "shipping", "accounting"),
        ),
        Permission(
            "shop.orders.fulfil",
            "Process and ship orders",
            ("admin", "shop_staff"),
            duties=("orders", "shipping"),
        ),
        Permission(
            "shop.shops.manage",
            "Edit shops and their legal notice",
            ("admin", "shop_staff"),
            duties=("products",),
        ),
        # The site's own matters: a shop's staff do not decide about themselves.
        Permission(PEOPLE, "Say which shops staff work for", ("admin",)),
        Permission("shop.shops.decide", "Approve, reject, suspend and close shops", ("admin",)),
        Permission("shop.disclosures", "Decide on requests about sellers", ("admin",)),
    ),
    provides={
        PaymentSubject: "nakamise_shop.checkout.settle:payment_subject",
        Catalog: "nakamise_shop.catalog.offers:catalog",
        PriceHistory: "nakamise_shop.catalog.price_log:price_history",
        Orders: "nakamise_shop.orders.offers:orders",
        Sales: "nakamise_shop.reports.sales:sales",
        ShopSellers: "nakamise_shop.staff.shops.sellers:sellers",
        CartInputs: "nakamise_shop.cart.inputs:cart_inputs",
    },
    uses={
        Payments: Need.REQUIRED,
        ShippingRates: Need.OPTIONAL,
        LoweredProducts: Need.OPTIONAL,
        ReturnPromises: Need.OPTIONAL,
        LiveBroadcasters: Need.OPTIONAL,
    },
    publishes=(
        "shop.order_placed.1",
        "shop.order_paid.1",
        "shop.order_cancelled.1",
        "shop.order_shipped.1",
        "shop.catalog_changed.1",
        "shop.order_delivered.1",
        "shop.order_refunded.1",
    ),
    listens=(
        Listen("shop.order_paid.1", "nakamise_shop.orders.mails:on_order_paid"),
        Listen("shop.order_shipped.1", "nakamise_shop.orders.mails:on_order_shipped"),
        Listen("shop.order_cancelled.1", "nakamise_shop.orders.mails:on_order_cancelled"),
        Listen("shop.order_refunded.1", "nakamise_shop.orders.refund_mail:on_order_refunded"),
    ),
    slots=(
        SlotItem(Slot.HEADER_ACTIONS, "shop/slots/cart_badge.html", 50),
        SlotItem(Slot.HOME_HERO, "shop/slots/hero.html", 50),
        SlotItem(Slot.HOME_SECTION, "shop/slots/home_shelves.html", 50),
        SlotItem(Slot.ACCOUNT_HOME, "shop/slots/account_orders.html", 50),
        SlotItem(Slot.CHECKOUT_SECTION, "shop/slots/checkout_wishes.html", 80),
        SlotItem(Slot.CART_SECTION, "shop/slots/cart_beside.html", 80),
        SlotItem(Slot.ADMIN_DASHBOARD, "shop/slots/admin_dashboard.html", 50),
        SlotItem(Slot.ADMIN_PRODUCT_SECTION, "shop/slots/former_prices.html", 20),
        SlotItem(Slot.LIVE_STUDIO, "shop/slots/open_shop.html", 80),
    ),
    nav=(
        NavItem(area="site", label="Products", path="/shop/products", icon="search", weight=20),
        NavItem(area="site", label="Shops", path="/shop/shops", icon="store", weight=30, mall=True),
        NavItem(area="site", label="Cart", path="/shop/cart", icon="shopping-bag", weight=40),
        NavItem(area="account", label="Orders", path="/shop/orders", icon="package", weight=10),
        NavItem(
            area="footer",
            label="Legal notice (Specified Commercial Transactions)",
            path="/shop/legal",
            weight=10,
        ),
        NavItem(
            area="admin",
            label="Orders",
            path="/admin/shop/orders",
            icon="package",
            group="Sales",
            permission="shop.orders.read",
            weight=10,
        ),
        NavItem(
            area="admin",
            label="Products",
            path="/admin/shop/products",
            icon="shopping-bag",
            group="Sales",
            permission="shop.products.read",
            weight=20,
        ),
        NavItem(
            area="admin",
            label="Shops",
            path="/admin/shop/shops",
            icon="store",
            group="Sales",
            permission="shop.shops.manage",
            weight=30,
        ),
        NavItem(
            area="admin",
            label="Requests about sellers",
            path="/admin/shop/disclosures",
            icon="shield-check",
            group="Sales",
            permission="shop.disclosures",
            weight=35,
        ),
        NavItem(
            area="admin",
            label="Requests for address and phone",
            path="/admin/shop/notice-requests",
            icon="mail",
            group="Sales",
            permission="shop.shops.manage",
            weight=35,
        ),
    ),
    mail_texts=MAIL_TEXTS,
    widgets=(
        Widget(
            id="shop.figures",
            label="Shop",
            handler="nakamise_shop.staff.widget:widget",
            permission="shop.dashboard",
        ),
    ),
    meters=METERS,
    companions={
        Lines: "nakamise_shop.checkout.line:open_lines",
        Seen: "nakamise_shop.reports.seen:open_seen",
    },
    jobs=(JobType("shop.import", "nakamise_shop.staff.sheets.runs:carry_out"),),
    tasks=(
        Task("shop.expire_purchases", "nakamise_shop.checkout.expire:expire_due", 60),
        Task("shop.close_orders", "nakamise_shop.orders.closing:close_due", 86_400),
        Task("shop.forget_imports", "nakamise_shop.staff.sheets.imports:forget_old", 86_400),
        Task("shop.forget_keys", "nakamise_shop.checkout.idempotency:forget_old", 86_400),
        Task("shop.forget_askers", "nakamise_shop.on_request.log:forget_old", 86_400),
        Task("shop.forget_seen", "nakamise_shop.reports.seen:forget_old", 86_400),
    ),
    privacy=Privacy("nakamise_shop.privacy:export", "nakamise_shop.privacy:erase"),
    css=("shop.css",),
    js=("shop.js",),
    css_under={
        "/admin": ("staff.css",),
        "/admin/shop": ("staff_products.css",),
        "/shop/cart": ("cart.css",),
        "/shop/checkout": ("checkout.css",),
        "/shop/orders": ("checkout.css",),
        "/account": ("checkout.css",),
    },
    js_under={"/admin/shop": ("staff.js",), "/shop/checkout": ("checkout.js",)},
)
