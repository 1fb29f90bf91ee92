"""Places on pages where plugins put a box of their own.

Each slot has a subject: the msgspec Struct that ``UiHooks.slot_context`` gets and that the plugin's
template sees as ``subject``. A failing box renders as nothing and is logged.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

import msgspec

from nakamise.contracts.ui import (
    BroadcasterSubject,
    CartSubject,
    CheckoutSubject,
    DocumentSubject,
    ErrorSubject,
    MailSubject,
    OrderSubject,
    Period,
    ProductListSubject,
    ProductSubject,
    PurchaseSubject,
    ShopSubject,
    SlipsSubject,
    StaffOrdersSubject,
    StaffProductSubject,
    UserSubject,
)


class Slot(enum.StrEnum):
    """Value = name in templates: ``{{ slot("product.below_price") }}``. Subject types: ``SUBJECTS``."""

    HEADER_ACTIONS = "header.actions"
    SITE_BANNER = "site.banner"
    FOOTER_SECTION = "footer.section"
    HOME_HERO = "home.hero"
    HOME_SECTION = "home.section"
    AUTH_LOGIN = "auth.login"
    AUTH_REGISTER = "auth.register"
    ACCOUNT_HOME = "account.home"
    ACCOUNT_PROFILE = "account.profile"
    ACCOUNT_ADDRESSES = "account.addresses"
    ACCOUNT_SECURITY = "account.security"
    DOCUMENT_SECTION = "document.section"
    ERROR_SECTION = "error.section"
    SEARCH_TOP = "search.top"
    SEARCH_BOTTOM = "search.bottom"
    SHOP_SECTION = "shop.section"
    PRODUCT_BELOW_PRICE = "product.below_price"
    PRODUCT_BELOW_BUY = "product.below_buy"
    PRODUCT_SECTION = "product.section"
    CART_SUMMARY = "cart.summary"
    CART_SECTION = "cart.section"
    CHECKOUT_SUMMARY = "checkout.summary"
    CHECKOUT_SECTION = "checkout.section"
    CHECKOUT_DONE = "checkout.done"
    ORDER_LIST = "order.list"
    ORDER_SECTION = "order.section"
    LIVE_BROADCASTER = "live.broadcaster"
    LIVE_PROFILE = "live.profile"
    LIVE_STUDIO = "live.studio"
    ADMIN_DASHBOARD = "admin.dashboard"
    ADMIN_USER_SECTION = "admin.user.section"
    ADMIN_ORDERS_TOOLS = "admin.orders.tools"
    ADMIN_ORDER_SECTION = "admin.order.section"
    ADMIN_ORDER_SLIP = "admin.order.slip"
    ADMIN_PRODUCT_SECTION = "admin.product.section"
    ADMIN_SHOP_SECTION = "admin.shop.section"
    MAIL_FOOTER = "mail.footer"


SUBJECTS: Final[Mapping[Slot, type[msgspec.Struct] | None]] = {
    **dict.fromkeys(Slot),
    Slot.DOCUMENT_SECTION: DocumentSubject,
    Slot.ERROR_SECTION: ErrorSubject,
    Slot.SEARCH_TOP: ProductListSubject,
    Slot.SEARCH_BOTTOM: ProductListSubject,
    Slot.SHOP_SECTION: ShopSubject,
    Slot.PRODUCT_BELOW_PRICE: ProductSubject,
    Slot.PRODUCT_BELOW_BUY: ProductSubject,
    Slot.PRODUCT_SECTION: ProductSubject,
    Slot.CART_SUMMARY: CartSubject,
    Slot.CART_SECTION: CartSubject,
    Slot.CHECKOUT_SUMMARY: CartSubject,
    Slot.CHECKOUT_SECTION: CheckoutSubject,
    Slot.CHECKOUT_DONE: PurchaseSubject,
    Slot.ORDER_SECTION: OrderSubject,
    Slot.LIVE_BROADCASTER: BroadcasterSubject,
    Slot.LIVE_PROFILE: BroadcasterSubject,
    Slot.LIVE_STUDIO: BroadcasterSubject,
    Slot.ADMIN_DASHBOARD: Period,
    Slot.ADMIN_USER_SECTION: UserSubject,
    Slot.ADMIN_ORDERS_TOOLS: StaffOrdersSubject,
    Slot.ADMIN_ORDER_SECTION: OrderSubject,
    Slot.ADMIN_ORDER_SLIP: SlipsSubject,
    Slot.ADMIN_PRODUCT_SECTION: StaffProductSubject,
    Slot.ADMIN_SHOP_SECTION: ShopSubject,
    Slot.MAIL_FOOTER: MailSubject,
}
"""Every slot; None = it has no subject."""


class Renamed(msgspec.Struct, frozen=True):
    """Where a slot's boxes are drawn now, and the version of the contract that drops the old name."""

    to: Slot
    removed_in: str


RENAMED: Final[Mapping[Slot, Renamed]] = {}
"""Old names that still work: a plugin that uses one is told once, and its box is drawn at the new place."""
