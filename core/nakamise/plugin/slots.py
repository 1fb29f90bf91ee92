"""Places on pages where plugins put a box of their own.

Each slot has a subject: the msgspec Struct that ``UiHooks.slot_context`` gets and that the plugin's
template sees as ``subject``. A failing box renders as nothing and is logged.
"""

from __future__ import annotations

import enum


class Slot(enum.StrEnum):
    """Value = name in templates: ``{{ slot("product.below_price") }}``. Subject types: contracts.ui."""

    HEADER_ACTIONS = "header.actions"
    SITE_BANNER = "site.banner"
    HOME_HERO = "home.hero"
    HOME_SECTION = "home.section"
    ACCOUNT_HOME = "account.home"
    ADMIN_DASHBOARD = "admin.dashboard"
    PRODUCT_BELOW_PRICE = "product.below_price"
    PRODUCT_BELOW_BUY = "product.below_buy"
    PRODUCT_SECTION = "product.section"
    CART_SUMMARY = "cart.summary"
    CHECKOUT_SUMMARY = "checkout.summary"
    ORDER_SECTION = "order.section"
    ADMIN_ORDER_SECTION = "admin.order.section"
